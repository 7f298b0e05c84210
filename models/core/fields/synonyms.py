"""What other systems call the options of a field, for imports and for people who know those."""

import re
from collections.abc import Mapping

from models.core.parsing.texts import fold

SIGNS = re.compile(r"[\W_]+")
NUMBERED = re.compile(r"\A\W*\d+\s*[^\w\s]\W*(?=\w)")
"""The number that some systems write before an option: 1 - Low."""


def named(**words: str) -> Mapping[str, str]:
    """Return the option by squeezed word.

    Args:
        **words: option → what else it is called, with commas between.
    """
    return {
        squeezed(word): option for option, others in words.items() for word in others.split(",")
    }


def squeezed(word: str) -> str:
    """Return `Closed-Won`, `closed_won` and `Closed Won` as closedwon."""
    return SIGNS.sub("", fold(word))


def without_number(word: str) -> str:
    return NUMBERED.sub("", word, count=1)


STAGES = named(
    qualification="""prospecting, prospect, qualified, appointment scheduled, contact made, qualify, new deal,
        initial contact, lead in, lead, new, qualifying, qualified lead, discovery call, first contact, inquiry,
        qualifizierung, erstkontakt, calificación""",
    discovery="""needs analysis, value proposition, id. decision makers, identify decision makers, perception analysis,
        qualified to buy, presentation scheduled, demo scheduled, demo, demo completed, develop, solution,
        evaluation, needs defined, requirements, meeting scheduled, in discussion,
        bedarfsanalyse""",
    proposal="""proposal/price quote, decision maker bought-in, proposal made, proposal sent, propose, quote, quoted,
        quote sent, price quote, proposal/quote, decision maker bought in, proposal presented, offer, offer sent,
        proposition, angebot, angebot erstellt, propuesta, devis""",
    negotiation="""negotiation/review, contract sent, negotiations started, in negotiation, negotiating, contract,
        negotiations, verbal commitment, verbal agreement, contract review, close,
        verhandlung, négociation, negociación""",
    won="""closed won, closed/won, won deal, deal won, sold, order received, signed, contract signed, gewonnen, gagné,
        ganado""",
    lost="""closed lost, closed/lost, closed lost to competition, lost to competition, lost deal, deal lost,
        no sale, verloren, perdu, perdido, abandoned, cancelled, canceled, dead""",
)
LEAD_STATUSES = named(
    new="""open - not contacted, open, not contacted, uncontacted, assigned, unassigned lead, new lead, subscriber,
        not started, raw, cold, neu""",
    working="""working - contacted, contacted, in progress, in process, attempted to contact, attempting contact,
        attempted contact, connected, contact in future, nurturing, nurture, engaged, under review, follow up,
        open deal, interested, approaching, replied, potential""",
    qualified="""pre-qualified, marketing qualified, sales qualified, mql, sql, qualified lead, hot, proposition,
        proposal, negotiation""",
    unqualified="""closed - not converted, not converted, not qualified, disqualified, junk lead, junk, lost lead, lost,
        dead, recycled, bad timing, not interested, no longer interested, cannot contact, bad fit, canceled, cancelled,
        unresponsive, rejected, do not contact, bad data, changed job""",
    converted="closed - converted, converted to deal, converted lead, won, closed won, customer",
)
CASE_STATUSES = named(
    new="""open_new, unassigned, created, to do, new ticket, received, logged, backlog, triage,
        selected for development, submitted, not started""",
    open="""working, in progress, escalated, assigned, open_assigned, active, researching, waiting on us, reopened,
        re-opened, under investigation, investigating, in process, work in progress, acknowledged,
        being processed, processing, in review, ongoing, in development""",
    waiting="""pending, on hold, hold, on-hold, waiting on customer, waiting on contact, waiting on third party,
        waiting for vendor, waiting for details, open_pending input, pending input, waiting for customer, awaiting reply, awaiting customer,
        awaiting response, waiting for reply, awaiting customer response, customer responded,
        pending customer response, awaiting your reply, snoozed, waiting for support, blocked, waiting for approval,
        waiting on vendor, waiting for third party""",
    resolved="""solved, done, problem solved, information provided, fixed, completed, complete, resolved by agent,
        answered""",
    closed="""closed_closed, cancelled, canceled, closed_rejected, closed_duplicate, merged, duplicate, rejected,
        archived, won't do, won't fix, wont fix, declined, cannot reproduce, spam, invalid""",
)
PRIORITIES = named(
    low="lowest, minor, trivial, planning, very low, none urgent",
    normal="medium, moderate, average, standard, regular, mid",
    high="major, higher, important",
    urgent="critical, highest, blocker, emergency, very high, immediate, severe",
)
ORIGINS = named(
    slack="slack message",
    email="e-mail, mail, email to case, incoming email",
    phone="call, telephone, phone call, inbound call, voice",
    other="""chat, live chat, messenger, whatsapp, sms, social media, social, twitter, facebook, instagram, bot,
        chatbot, api, community, walk-in, in person, mobile app, app""",
    web="portal, website, web form, form, web widget, feedback widget, self service, web to case, help center, webform",
)
ACTIVITIES = named(
    task="to do, to-do, todo, follow up, follow-up, deadline, action item, reminder",
    call="""phone call, logged call, log a call, outbound call, inbound call, telephone, phone, call log, outbound,
        inbound, missed, outgoing call, incoming call""",
    meeting="""appointment, event, lunch, visit, demo, video call, conference, on-site visit, web meeting,
        calendar event, online meeting""",
    email="e-mail, send email, list email, outgoing email, incoming email, mail, sent email",
    note="notes, logged note, comment",
)
LIFECYCLES = named(
    lead="subscriber, marketing qualified lead, mql",
    prospect="sales qualified lead, sql, opportunity",
    customer="client, active customer, existing customer",
)
