"""The encoding of a file is told from its words, or asked; no file is read as what it does not
say.
"""

import io

import pytest

from models.exchange.encodings import Unsure, encoding_of
from tests.tables import table

PEOPLE = {
    "de": (
        "Jürgen Müller;Köln|Sören Groß;Düsseldorf|Änne Böhm;Lübeck|Günther Schäfer;München|Björn Weiß;Würzburg|"
        "Hans Meier;Nürnberg|Käthe Größer;Saarbrücken|Uwe Jäger;Göttingen|Ökofen GmbH;Österreich|"
        "Bäckerei Stüber;Fürth",
        "cp1252 mac_roman cp850 iso8859-15",
    ),
    "fr": (
        "Zoé Lefèvre;Orléans|François Noël;Besançon|Hélène Côté;Nîmes|Benoît Gérard;Évreux|Éric Dupré;Béziers|"
        "Anaïs Forêt;Châlons|Gaël Père;Saint-Étienne|Chloé Maître;Angoulême|Société Générale;Paris|Île de Ré;Ré",
        "cp1252 mac_roman cp850",
    ),
    "es": (
        "José García;Málaga|Iñigo Peña;Cádiz|Ángel Muñoz;León|María Núñez;Almería|Óscar Ibáñez;Córdoba|"
        "Lucía Pérez;Mérida|Nicolás Gómez;Jaén|Begoña Ordóñez;Logroño|Andrés López;Ávila|Inés Vázquez;Cáceres",
        "cp1252 mac_roman cp850",
    ),
    "pt": (
        "João Gonçalves;São Paulo|Conceição Simões;Évora|Antônio Araújo;Brasília|Luís Magalhães;Maceió|"
        "Mônica Assunção;Goiânia|Inês Falcão;Guimarães",
        "cp1252 mac_roman",
    ),
    "da": (
        "Søren Kjær;Århus|Jørgen Møller;Ærø|Åse Bøe;Tromsø|Kåre Ødegård;Ålesund|Mads Nørgaard;Hjørring|"
        "Øystein Håland;Bodø",
        "cp1252 mac_roman cp850",
    ),
    "sv": (
        "Åke Sjöström;Malmö|Örjan Bäck;Västerås|Märta Öberg;Jönköping|Göran Lindström;Örebro|Häkan Åström;Gävle",
        "cp1252 mac_roman cp850",
    ),
    "pl": (
        "Łukasz Wójcik;Łódź|Małgorzata Żak;Kraków|Paweł Dąbrowski;Gdańsk|Grażyna Świątek;Poznań|"
        "Stanisław Bąk;Wrocław|Zbigniew Ćwik;Częstochowa|Agnieszka Kozłowska;Toruń|Michał Jóźwiak;Rzeszów",
        "cp1250 iso8859-2 cp852",
    ),
    "cs": (
        "Jiří Dvořák;Plzeň|Lukáš Černý;Děčín|Zdeněk Šťastný;Třebíč|Věra Procházková;Kroměříž|"
        "Tomáš Růžička;České Budějovice|Božena Němcová;Jičín|Ondřej Kříž;Ústí",
        "cp1250 iso8859-2 mac_latin2 cp852",
    ),
    "hu": (
        "Kovács Gergő;Győr|Szűcs Éva;Pécs|Tóth Zoltán;Székesfehérvár|Kőszegi Ödön;Kőszeg|Nagy István;Gödöllő|"
        "Fűtő Béla;Hódmezővásárhely",
        "cp1250 iso8859-2",
    ),
    "ro": (
        "Ştefan Ionescu;Iaşi|Ionuţ Băsescu;Bucureşti|Mihăiţă Călin;Constanţa|Ţepeş Vlad;Târgovişte",
        "cp1250 iso8859-2",
    ),
    "hr": (
        "Željko Šarić;Čakovec|Ivan Đurić;Šibenik|Maša Žic;Poreč|Vjekoslav Ćosić;Požega",
        "cp1250 iso8859-2",
    ),
    "ru": (
        "Иван Петров;Москва|Ольга Смирнова;Казань|Сергей Щукин;Ярославль|Наталья Фёдорова;Уфа|"
        "Юлия Жукова;Тюмень|ООО Ромашка;Санкт-Петербург|Дмитрий Кузнецов;Новосибирск",
        "cp1251 koi8-r cp866 iso8859-5 mac_cyrillic",
    ),
    "uk": (
        "Олексій Шевченко;Київ|Наталія Бойко;Львів|Юрій Їжак;Чернівці|Ганна Ковальчук;Харків",
        "cp1251 koi8-u",
    ),
    "el": (
        "Γιώργος Παπαδόπουλος;Αθήνα|Μαρία Νικολάου;Πάτρα|Κώστας Δημητρίου;Θεσσαλονίκη|Ελένη Ιωάννου;Ηράκλειο",
        "cp1253 iso8859-7",
    ),
    "tr": (
        "Işıl Yıldız;Diyarbakır|Çağrı Öztürk;Muğla|Şule Güneş;İstanbul|Ömer Doğan;Eskişehir|Ayşe Kılıç;Balıkesir",
        "cp1254",
    ),
    "he": (
        "דוד כהן;ירושלים|שרה לוי;חיפה|משה פרץ;באר שבע",
        "cp1255",
    ),
    "ar": (
        "محمد أحمد;القاهرة|فاطمة علي;الرياض|خالد حسن;دبي",
        "cp1256",
    ),
    "th": (
        "สมชาย ใจดี;กรุงเทพ|สุดา รักไทย;เชียงใหม่|ประเสริฐ ศรีสุข;ภูเก็ต",
        "cp874",
    ),
    "zh": (
        "张伟;北京|王芳;上海|李娜;深圳|刘洋;杭州市|北京科技有限公司;海淀区|陈静;广州|赵磊;成都|周杰;武汉",
        "gbk",
    ),
    "tw": (
        "王小明;台北|陳美玲;高雄市|林志豪;台中|張淑芬;新竹縣|黃建國股份有限公司;桃園",
        "cp950",
    ),
    "ja": (
        "山田太郎;東京|鈴木はなこ;大阪|ソニー株式会社;東京都港区|佐藤健;札幌|高橋さくら;横浜|トヨタ自動車;愛知",
        "cp932 euc_jp",
    ),
    "ko": (
        "김철수;서울|이영희;부산|박민수;대구광역시|최지우;인천|삼성전자;수원",
        "cp949",
    ),
}
"""By language: people with their cities, and the encodings that such a file may have."""
WRITTEN = [
    (language, encoding)
    for language, (_, encodings) in PEOPLE.items()
    for encoding in encodings.split()
]
SOME = (1, 2, 3, 6)
"""Rows of a file."""


def texts(language: str, encoding: str) -> list[bytes]:
    """Files with some of the people, as far as the encoding has their letters."""
    rows = PEOPLE[language][0].split("|")
    files = [
        "\r\n".join(["Name;City", *rows[start : start + size], ""])
        for size in SOME
        for start in range(len(rows))
    ]
    return [
        file.encode(encoding)
        for file in files
        if file.encode(encoding, "ignore").decode(encoding) == file
    ]


def read(file: bytes) -> str:
    """What a file says, "" where it is asked how it is written."""
    try:
        return file.decode(encoding_of(io.BytesIO(file)).name)
    except Unsure:
        return ""


@table(("language", "encoding"), WRITTEN)
def test_a_file_is_read_as_it_is_written_or_asked_about(language: str, encoding: str) -> None:
    files = texts(language, encoding)
    assert files
    found = [read(file) for file in files]
    assert [
        text
        for text, file in zip(found, files, strict=True)
        if text not in ("", file.decode(encoding))
    ] == []


@table(("language", "encoding"), WRITTEN)
def test_most_files_of_several_rows_need_no_answer(language: str, encoding: str) -> None:
    file = "\n".join(["Name;City", *PEOPLE[language][0].split("|")]).encode(encoding, "ignore")
    assert read(file) == file.decode(encoding)


@table("text", ["Größe – 5 €", "„Groß“", "Müller…", "Jäger® Köln™", "Weiß·Groß"])
def test_signs_that_stand_behind_words_are_nothing_odd(text: str) -> None:
    assert read(f"Name\n{text}\n".encode("cp1252")) == f"Name\n{text}\n"


@table(("written", "other"), [("utf-16-le", "utf-16-be"), ("utf-16-be", "utf-16-le")])
def test_utf_16_without_a_mark_is_told_by_its_zeros(written: str, other: str) -> None:
    file = io.BytesIO("Name,City\r\nAda,Köln\r\n".encode(written))
    assert encoding_of(file).name == written
    assert encoding_of(file, other).name == other


def test_a_file_that_is_no_text_is_told() -> None:
    with pytest.raises(Unsure, match="not a text"):
        encoding_of(io.BytesIO(bytes(range(256)) * 4))


def test_letters_that_were_lost_or_turned_into_others_are_told() -> None:
    with pytest.raises(Unsure, match="“M�ller”"):
        encoding_of(io.BytesIO("Name\nM\ufffdller\n".encode()))
    twice = io.BytesIO("Name\nMÃ¼ller\nKÃ¶ln\n".encode())
    with pytest.raises(Unsure, match="“MÃ¼ller” must be “Müller”"):
        encoding_of(twice)
    assert encoding_of(twice, "utf-8").name == "utf-8-sig"
    assert encoding_of(io.BytesIO("Name\nÃngström\nKöln\n".encode())).name == "utf-8-sig"


@table(
    ("wanted", "problem"),
    [("klingon", "no encoding called “klingon”"), ("ascii", "not written in")],
)
def test_an_encoding_that_cannot_be_is_refused(wanted: str, problem: str) -> None:
    with pytest.raises(Unsure, match=problem):
        encoding_of(io.BytesIO("Name\nKöln\n".encode()), wanted)


def test_a_line_of_millions_of_letters_ends_none_of_the_looks() -> None:
    long = b"x" * 3_000_000
    assert encoding_of(io.BytesIO(b"Name,Notes\nAda," + long + b"\n")).name == "utf-8-sig"
    assert (
        encoding_of(io.BytesIO(b"Name,Notes\rAda," + long + "\rZoë,\r".encode())).name
        == "utf-8-sig"
    )
