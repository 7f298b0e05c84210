"""Translate words about days and times in English, German, French and Spanish.

The result is the one English that is read.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from models.core.parsing.calendar import MONTHS, WEEKDAYS
from models.core.parsing.holidays import FEASTS
from models.core.parsing.spoken_times import WORDS as SPOKEN
from models.core.parsing.spoken_times import on_a_clock

APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ′´`", "'"))


def words_of(lines: str) -> dict[str, str]:
    """Return each word of `heute hoy=today; …` with its English."""
    entries = [entry.split("=") for entry in lines.replace("\n", " ").split(";") if entry.strip()]
    return {
        word.replace("_", " "): english.strip()
        for words, english in entries
        for word in words.split()
    }


PHRASES = words_of("""
    day_after_tomorrow the_day_after_tomorrow ubermorgen uebermorgen apres-demain apres_demain pasado_manana=overmorrow;
    day_before_yesterday the_day_before_yesterday vorgestern avant-hier anteayer antier=ereyesterday;
    aujourd'hui=today; heute=today; hoy=today; demain=tomorrow; hier=yesterday; gestern=yesterday; ayer=yesterday;
    tmrw tmr tmw 2moro tmorrow tomorow tommorow tommorrow tomorrrow tomorrow's=tomorrow;
    ce_soir heute_abend heute_nacht cette_nuit esta_noche this_evening this_night=tonight;
    this_morning heute_morgen heute_fruh heute_frueh heute_vormittag ce_matin esta_manana=today morning;
    this_afternoon heute_nachmittag cet_apres-midi cet_apres_midi esta_tarde=today afternoon;
    heute_mittag ce_midi=today noon; morgen_fruh morgen_frueh morgen_vormittag=tomorrow morning;
    manana_por_la_manana=tomorrow morning; por_la_manana de_la_manana=morning; por_la_tarde de_la_tarde=afternoon;
    por_la_noche de_la_noche=evening; en_la_manana=morning; apres-midi apres_midi=afternoon;
    end_of_day end_of_the_day close_of_business end_of_business feierabend zum_feierabend fin_de_journee cob eob
    fin_del_dia final_del_dia=eod;
    en_huit=week; en_quinze=in 2 weeks; in_acht_tagen dans_huit_jours en_ocho_dias=idiom 7;
    dans_quinze_jours en_quince_dias=idiom 14; month_end month-end=end of month; quarter_end quarter-end=end of quarter;
    year_end year-end=end of year; the_week_after_next=overnext week;
    monatsende zum_monatsende=end of month; quartalsende=end of quarter; jahresende=end of year; wochenende=weekend;
    monatsanfang=start of month; jahresanfang=start of year; fin_de_semana week-end le_week-end=weekend;
    eow=end of week; eom=end of month; eoq=end of quarter; eoy=end of year;
    half_a_year einem_halben_jahr half_year six_mois un_semestre medio_ano=6 months; first_thing=morning;
    next_business_day next_working_day nachster_werktag nachsten_werktag proximo_dia_habil
    prochain_jour_ouvre=in 1 business day;
    antes_del antes_de_la antes_de prior_to ahead_of=before; despues_del despues_de_la despues_de=after;
    de_hoy_en_ocho=idiom 7;
    half_an_hour a_half_hour einer_halben_stunde halbe_stunde eine_halbe_stunde une_demi-heure une_demi_heure
    media_hora=30 minutes; que_viene=next; d'ici_a d'ici_au d'ici=by; bis_zum bis_spatestens spatestens_am spatestens
    jusqu'au jusqu'a=by; il_y_a=ago_; dentro_de=in; a_couple_of_weeks a_couple_weeks=2 weeks;
    a_couple_of_days=2 days; a_fortnight fortnight une_quinzaine=2 weeks; mediados_de=middle of; finales_de=end of;
    week_after_next ubernachste_woche uebernaechste_woche=overnext week; month_after_next=overnext month;
    this_time_next_week same_time_next_week same_day_next_week=week from today; this_time_tomorrow=tomorrow;
    later_today spater_heute plus_tard_aujourd'hui mas_tarde=eod; no_later_than not_later_than=by; 12_noon high_noon lunchtime lunch_time mittags before_lunch=noon;
    after_lunch=13:00; a_week_today today_week=week from today; 12_midnight=midnight;
    early_morning=8:00; late_morning=11:00; early_afternoon=13:00; late_afternoon=17:00; late_evening=21:00;
    xmas christmas_day weihnachten weihnachtstag weihnachtstagen noel navidad dia_de_navidad=christmas;
    christmas_eve xmas_eve heiligabend heiliger_abend nochebuena reveillon_de_noel veille_de_noel=christmaseve;
    boxing_day=boxingday; new_year's_eve new_years_eve silvester sylvester nochevieja st-sylvestre saint-sylvestre
    la_saint-sylvestre fin_de_ano=newyearseve; new_year new_year's new_years new_year's_day new_years_day neujahr
    neujahrstag jour_de_l'an le_jour_de_l'an nouvel_an le_nouvel_an ano_nuevo=newyear;
    in_the_new_year early_in_the_new_year im_neuen_jahr en_ano_nuevo=after newyear;
    epiphany heilige_drei_konige dreikonig dreikonigstag dia_de_reyes=epiphany; valentine's_day valentines_day
    valentinstag saint-valentin san_valentin=valentine; 1st_of_may_holiday tag_der_arbeit fete_du_travail=mayday;
    good_friday karfreitag vendredi_saint viernes_santo=goodfriday; easter_sunday ostern ostersonntag paques pascua
    pascuas=easter; easter_monday ostermontag lundi_de_paques lunes_de_pascua=eastermonday;
    ascension_day himmelfahrt christi_himmelfahrt=ascension; whitsun pfingsten pfingstsonntag pentecote
    pentecostes=pentecost; whit_monday pfingstmontag lundi_de_pentecote=whitmonday;
    ubernachster_monat ubernachsten_monat=overnext month; a_week_from=week from; one_week_from=week from;
""")

WORDS = words_of("""
    morgen manana=tomorrow; nachste nachsten nachster nachstes nachstem naechste naechsten naechster naechstes naechstem
    kommende kommenden kommender kommendes prochain prochaine prochains prochaines suivant suivante proximo proxima
    proximos proximas siguiente siguientes coming following upcoming nxt=next;
    diese diesen dieser dieses diesem ce cet cette este esta current=this;
    letzte letzten letzter letztes letztem vergangene vergangenen vergangener dernier derniere derniers dernieres
    passe passee pasado pasada previous past ultimo ultima=last;
    woche wochen semaine semaines semana semanas wk wks weeks=week; tag tage tagen jour jours dia dias days=day;
    monat monate monaten monats mois mes meses months mth mths=month;
    quartal quartale quartalen quartals trimestre trimestres quarters qtr=quarter;
    jahr jahre jahren jahres ans annee annees ano anos years yr yrs=year;
    stunde stunden heure heures hora horas hours hr hrs std=hour; minuten minutos mins min minutes=minute;
    werktag werktage werktagen arbeitstag arbeitstage arbeitstagen geschaftstage geschaftstagen workday workdays
    bd=business day; business working ouvres ouvre ouvrables habiles habil laborables laborable=business;
    dans en within innerhalb=in; hace=ago_; ende fin final finales=end; anfang beginn debut principio principios inicio
    comienzo beginning=start; mitte milieu mediados mitad mid=middle; des du de del d' of=of;
    le la les l' el los las der die das dem den lo=the; am im zum al au on=on;
    bis until till by due para pour for hasta=by; avant antes=before; nach apres despues=after;
    montag lundi lunes mondays=monday; dienstag mardi martes tuesdays=tuesday; mittwoch mercredi miercoles=wednesday;
    donnerstag jeudi jueves=thursday; freitag vendredi viernes fridays=friday; samstag sonnabend samedi sabado=saturday;
    sonntag dimanche domingo=sunday; mon=monday; tue tues=tuesday; wed weds wednes=wednesday;
    thu thur thurs=thursday; fri=friday; sat satur=saturday; sun=sunday;
    mo=monday; di=tuesday; mi=wednesday; do=thursday; fr=friday; sa=saturday; so=sunday;
    lun=monday; mer mie=wednesday; jeu jue=thursday; ven vie=friday; sam sab=saturday; dim dom=sunday;
    januar janner jaenner janvier enero janv ene jan=january; februar fevrier febrero fevr fev feb=february;
    marz maerz mars marzo mrz=march; avril abril avr abr apr=april; mai mayo=may; juni juin junio jun=june;
    juli juillet julio juil jul=july; aout agosto aug aou=august; septembre septiembre setiembre sep=september;
    oktober octobre octubre okt oct=october; novembre noviembre nov=november;
    dezember decembre diciembre dez dic dec=december;
    a eine einem einer einen ein un une una uno one=1; zwei deux dos two=2; drei trois tres three=3;
    vier quatre cuatro four=4; funf fuenf cinq cinco five=5; sechs six seis=6; sieben siete seven=7;
    acht huit ocho eight=8; neun neuf nueve nine=9; zehn dix diez ten=10; elf onze eleven=11;
    zwolf zwoelf douze doce twelve=12; vierzehn quatorze catorce fourteen=14; quinze quince fifteen=15;
    first erste erster ersten premier primero primer=1st; zweiter zweiten deuxieme segundo=second;
    dritter dritten troisieme tercer tercero=third; vierter vierten quatrieme cuarto=fourth;
    twenty zwanzig vingt veinte=20; thirty dreissig trente treinta=30;
    abend abends soir=evening; fruh frueh vormittag matin mornings=morning; nachmittag nachmittags tarde pm_=afternoon;
    mittag mittags midi mediodia midday=noon; mitternacht minuit medianoche=midnight; nacht noche nuit nights=night;
    kw cw kalenderwoche=week; gegen vers um=at;
""")

LONGEST = max(len(phrase.split()) for phrase in PHRASES)
COMPOUND = re.compile(r"\b([a-z]{3,7}tag|mittwoch) ?(morgen|vormittag|mittag|nachmittag|abend)\b")
"""Montagmorgen, which does not contain tomorrow."""
AGO = re.compile(
    r"\b(?:ago_|vor) (\d+ (?:business )?(?:day|week|month|quarter|year|hour|minute))\b"
)
BARELY = re.compile(
    r"^(?:(?:some ?time|any ?time|irgendwann|around|roughly|courant|dans le courant|en algun momento)"
    r"(?: (?:in|im|during|on|de|du))?|(?:at the )?latest(?: by)?) (?=\w)|(?: or so| at the latest| latest)$"
)
"""Words that only say that a day is not certain."""
MONTHLY = rf"(?:(?:the |next |this |last |overnext )?(?:week|month|quarter|year)|{'|'.join(MONTHS)}|q[1-4])\b"
EARLY = re.compile(rf"\b(early|later?) (?:in |on |of )?(?={MONTHLY})")
EARLY_DAY = re.compile(
    rf"\b(early|late) (?:on )?(?=(?:next |this )?(?:{'|'.join(WEEKDAYS)}|tomorrow|overmorrow)\b)"
)
THE = re.compile(
    rf"\b(?:the|on) (?=(?:next|this|last|overnext|week|weekend|month|quarter|year|[a-z]+day|{'|'.join(FEASTS)})\b)"
)
TONIGHT = re.compile(r"\btonight (at [\d:~]+)$|(?<!\S)(at [\d:~]+) tonight$")
VOR = re.compile(r"\bvor (?!\d+ (?:business )?(?:day|week|month|quarter|year|hour|minute)\b)")
VOCABULARY = SPOKEN.union(
    word
    for text in (*PHRASES, *PHRASES.values(), *WORDS, *WORDS.values(), *WEEKDAYS, *MONTHS)
    for word in text.split()
).union(
    (
        "uhr",
        "am",
        "pm",
        "a.m",
        "p.m",
        "o'clock",
        "now",
        "mar",
        "sept",
        "an",
        "ago",
        "due",
        "from",
        "this",
        "@",
    ),
    (
        "early",
        "late",
        "later",
        "latest",
        "some",
        "sometime",
        "anytime",
        "irgendwann",
        "around",
        "courant",
    ),
    ("or", "over", *FEASTS),
)
"""Every word that may be a part of a text about a day or time."""
UNITS = ("hour", "day", "week", "month", "quarter", "year")


def is_of_a_day(word: str) -> bool:
    """Return whether a text about a day or a time may contain this word."""
    bare = regular(word).strip("!?,;.")
    named = bare.removeprefix("mi-").removeprefix("mid-")
    return (
        named in VOCABULARY
        or any(letter.isdigit() for letter in bare)
        or bool(COMPOUND.fullmatch(bare))
    )


def regular(text: str) -> str:
    """Return a text in lower case without accents, the form that is compared here."""
    text = text.lower().replace("ß", "ss").translate(APOSTROPHES)
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(letter for letter in apart if not unicodedata.combining(letter))
    )


@lru_cache(maxsize=256)
def translate(text: str) -> str:
    """Return the one English of a short text in any of the four languages.

    What is not known stays as it is.
    """
    text = COMPOUND.sub(
        lambda found: f"{found[1]} {'morning' if found[2] == 'morgen' else found[2]}", regular(text)
    )
    text = " ".join(in_phrases(BARELY.sub("", on_a_clock(text)).split()))
    text = re.sub(r"\b(l|d)'(?=\w)", r"\1' ", text)
    text = re.sub(r"(?<=\d)-(?=[a-z])|(?<=[a-z])-(?=\d)", " ", text)
    text = re.sub(r"\bmi-(?=\w)|\bmid-(?=\w)", "middle ", text)
    text = re.sub(
        r"\ba (?:las? |les )?(?=\d{1,2}(?::|h| ?uhr|\b)|midi|minuit|mediodia|medianoche)",
        "at ",
        text,
    )
    found = [known(word) for word in text.split()]
    text = " ".join(placed(found))
    text = VOR.sub("before ", AGO.sub(r"\1 ago", text))
    text = TONIGHT.sub(lambda found: f"today {found[1] or found[2]} in the evening", text)
    text = EARLY.sub(lambda found: "start of " if found[1] == "early" else "end of ", text)
    text = EARLY_DAY.sub(lambda found: "morning " if found[1] == "early" else "eod ", text)
    text = re.sub(r"\bday business\b", "business day", text)
    text = re.sub(r"\bof the\b", "of", re.sub(r"\b(?:on|in) the\b", "the", text))
    text = re.sub(r"\b(next|this|last) (?:the|on)\b", r"\1", text)
    text = THE.sub("", re.sub(r"\b(?:a|on|the) (?=(?:noon|midnight)\b)", "at ", text))
    text = re.sub(r"\b(?:the|1|on) (?=(?:end|start|middle)\b)", "", text)
    text = re.sub(
        r"\b(?:in|the) (?=(?:eod|tonight|end)\b)|\btoday (?=in \d)|\bthis (?=next\b)", "", text
    )
    return re.sub(r"\bday (?=\d{1,2}$)", "", re.sub(r"\b[kc]w(?=\d)", "week ", text)).strip()


def in_phrases(words: list[str]) -> Iterator[str]:
    """Yield the words, with the English of a phrase in the place of its words.

    The longest phrase counts.
    """
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            said = " ".join(words[place : place + length])
            phrase = said.rstrip(",")
            if phrase in PHRASES:
                yield PHRASES[phrase] + said[len(phrase) :]
                break
        else:
            length = 1
            yield words[place]
        place += length


def known(word: str) -> str:
    """Return the English of a word; the dot of an abbreviation is removed."""
    core = word.strip(",")
    bare = core.removesuffix(".") if re.fullmatch(r"[a-z]+\.", core) else core
    english = (
        WORDS.get(core)
        or WORDS.get(bare)
        or (bare if bare in ("sept", "ago", "mar", "an") else core)
    )
    return english + ("," if word.endswith(",") else "")


def placed(words: list[str]) -> list[str]:
    """Return the words after deciding those that are ambiguous.

    They mean one thing next to a number or a unit, and another thing elsewhere.
    """
    for place, word in enumerate(words):
        before, behind = (
            words[place - 1] if place else "",
            words[place + 1] if words[place + 1 :] else "",
        )
        if word == "sept":
            words[place] = "7" if behind in UNITS else "september"
        elif word == "ago" and re.fullmatch(r"\d{1,2}\.?|of", before):
            words[place] = "august"
        elif word == "mar":
            words[place] = spanish_or_march(before, behind, "".join(words[place + 2 : place + 4]))
        elif word == "an":
            words[place] = "1" if behind in UNITS else "year" if before.isdigit() else "on"
    return words


def spanish_or_march(before: str, behind: str, later: str) -> str:
    """Return what `mar` is: March next to a day, and Tuesday before a day with its month."""
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th|\.)?|of", before):
        return "march"
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?\.?,?", behind):
        return "tuesday" if any(month in later for month in MONTHS) else "march"
    return "mar"
