"""How people say things that are verbs: a line that is not understood by itself may be one of these."""

import re
from collections.abc import Iterator

REF = r"(?:#?[a-z]{2}-?\d+|this)"
NOUN, STATE, GET = "[a-z]+", "(?:open|overdue|closed|unassigned)", "(?:show|list|get)(?: me)?"
ISNOW = r"(?:(?:is|was|has been|got|are)(?: now)?|now)"
PHRASES = tuple(
    (re.compile(f"{said}[ ?!.]*", re.IGNORECASE | re.DOTALL), meant)
    for said, meant in (
        # talk
        (r"(?:hi|hey|hello|good (?:morning|afternoon|evening)|hallo)(?: (?:there|crm|rapport))?", "help hello"),
        (r"(?:many )?(?:thanks|thank you|thx|cheers|danke|merci)(?: (?:a lot|so much|very much))?", "help thanks"),
        (r"(?:ok|okay|great|cool|nice|perfect|bye|goodbye|good night|see you)", "help thanks"),
        (r"(?:what (?:can|do) (?:you|i) do(?: here)?|who are you|how does this work|commands|usage)", "help"),
        (r"(?:help|i need help|help me|how do i start)", "help"),
        # lists
        (rf"(?:{GET} |what are )?(?:all )?(?:of )?my ({STATE} )?({NOUN})", r"\2 list \1mine"),
        (rf"(?:{GET} )?my ({STATE} )?({NOUN}) (.+)", r"\2 list \1mine \3"),
        (rf"{GET}(?: all| the)* ({STATE} )?({NOUN})", r"\2 list \1"),
        (rf"({STATE}) ({NOUN})( .+)?", r"\2 list \1\3"),
        (rf"(?:all|every)(?: the)? ({NOUN})", r"\1 list"),
        (r"(?:my |the |show |me |open |sales )*(?:pipeline|forecast|funnel|numbers|figures)", "report"),
        (rf"(?:my |the |show |me |open |sales )*(?:pipeline|forecast|funnel|numbers|figures)((?! {REF}).+)",
         r"report\1"),
        (r"(?:my |today'?s )(?:day|agenda|home)", "home"),
        (r"(?:search|search for|look for|look up|where is|who is|google) (.+)", r"find \1"),
        (rf"(?:open|view|see|get|show me|give me) ({REF})", r"show \1"),
        # deals, cases and tasks
        (rf"(?:move|advance|push) (?:the )?(?:deal )?({REF} .+)", r"deal stage \1"),
        (rf"(?:mark|close|set)(?: deal)? ({REF}) (?:as |to )?(won|lost)(.*)", r"deal \2 \1\3"),
        (rf"({REF}) (?:{ISNOW}) (won|lost)(.*)", r"deal \2 \1\3"),
        (rf"({REF}) (?:{ISNOW} )?(?:resolved|solved|fixed)(.*)", r"resolve \1\2"),
        (rf"({REF}) (?:{ISNOW} )?closed(.*)", r"close \1\2"),
        (rf"({REF}) (?:{ISNOW} )?(?:reopened|open again)", r"reopen \1"),
        (rf"({REF}) (?:{ISNOW} )?(?:done|finished|completed?|ticked off)(.*)", r"done \1\2"),
        (rf"({REF}) (?:{ISNOW} )?(?:done|finished|completed?)(.*)", r"resolve \1\2"),
        (rf"(?:set|change|update|put|move)(?: the)? ([a-z_ -]+?) (?:of|for|on|in) ({REF}) (?:to|as|at|=) *(.+)",
         r"edit \2 \1 \3"),
        (rf"(?:resolved|solved|fixed) ({REF})(.*)", r"resolve \1\2"),
        (rf"(?:closed) ({REF})(.*)", r"close \1\2"),
        (rf"escalate (?:case |ticket )?({REF})(.*)", r"case edit \1 priority=urgent\2"),
        (rf"(?:answer|respond to|reply to) ({REF})(.*)", r"case reply \1\2"),
        (rf"(?:take|grab) ({REF})", r"claim \1"),
        (rf"(?:give|hand|transfer) ({REF}) (.+)", r"assign \1 \2"),
        (rf"(?:update|change|modify) ({REF}.*)", r"edit \1"),
        (rf"(?:remove|drop) ({REF})", r"delete \1"),
        (rf"(?:finish|complete|tick off|check off|tick) ({REF})(.*)", r"task done \1\2"),
        (r"(?:remind me (?:to|about)|todo:?|to-do:?) (.+)", r"task new \1"),
        (rf"(?:create|add|make|start|register)(?: an?| the)?(?: new)? ({NOUN})(.*)", r"\1 new\2"),
        (rf"new ({NOUN})(.*)", r"\1 new\2"),
        (r"([a-z]+[^\Ws]): *(.+)", r"\1 new \2"),
        # what has happened
        (rf"(?:called|phoned|rang|spoke (?:to|with)|talked (?:to|with)) ({REF}.*)", r"log call \1"),
        (rf"(?:met(?: with)?|visited) ({REF}.*)", r"log meeting \1"),
        (rf"(?:e-?mailed|wrote(?: to)?) ({REF}.*)", r"log email \1"),
        (rf"(?:comment|remark)(?: on)? ({REF}.*)", r"note \1"),
    )
)  # fmt: skip
ADDRESS = r"(?:(?:hey|hi|hello|ok|dear) )?(?:/?crm|rapport)\b[,:]?"
ASKING = r"please|pls|kindly|can you|could you|would you|i want to|i'd like to|let'?s"
POLITE = re.compile(f"(?:{ADDRESS}|{ASKING}) +", re.IGNORECASE)


def meanings(said: str) -> Iterator[str]:
    """The lines that a phrase may stand for, the likeliest first."""
    asked = said.strip(" `*_").rstrip(" ?!.")
    while found := POLITE.match(asked):
        asked = asked[found.end() :]
    if asked != said:
        yield asked
    for pattern, meant in PHRASES:
        if found := pattern.fullmatch(asked):
            yield " ".join(found.expand(meant).split()) if "\n" not in asked else found.expand(meant)
