"""Translate phrases that people use into verbs, for a line that is not understood by itself."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from handlers.general.questions import QUESTIONS
from models.core.entity.base import ENTITIES

NUMBER = r"#?[a-z]{2}-?\d+"
REF = rf"(?:{NUMBER}|this(?! (?:week|month|quarter|year|morning|afternoon|evening)\b))"
NOUN, NOUNS, ONE = "<noun>", "<nouns>", "<one>"
"""What stands for any noun, for one of many things, and for one of a single thing."""
ORDERED = r"(?:biggest|largest|highest|top|smallest|lowest|newest|latest|oldest|earliest|soonest)"
STATE = rf"(?:(?:{ORDERED} )?(?:open|overdue|closed|unassigned)|{ORDERED})"
GET = "(?:show|list|get)(?: me)?"
DAYISH = (
    r"(?:next|this|end|mid|early|late|the|in|tomorrow|today|eo[dwmqy]|q[1-4]|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may"
    r"|jun|jul|aug|sep|oct|nov|dec|\d)\S*(?: .+)?"
)
"""Text that begins as a day does."""
LENGTH = r"(?:for )?(?:an?|one|two|three|four|six|a few|some|\d+) (?:day|week|month|quarter)s?"
NOTE = (
    "(?:(?:add|make|write|leave|put|take)(?: an?| the)? )?(?:internal )?"
    "(?:note|comment|remark)s?(?: (?:on|for|about|to|in|at|with))?"
)
REACH = (
    r"(?:(?:phone|telephone|mobile|cell)(?: number)?|number|e-?mail(?: address)?|address|contact)"
)
NEW, IS = r"(?:has an? |(?:has )?(?:an? )?new )?", r"(?: is| to| now|:| =)* "
PHONE = r"(?:phone|telephone|mobile|cell|number)"
WHOSE = (
    r"who(?:'s|’s| is)? (?:owns?|the owner of|responsible for|in charge of|looking after|handling)"
)
JUST = r"(?:(?:i|we)(?:'ve|’ve| have)? )?(?:just )?"
WHO = r"(?!(?:i|we|they|he|she|you|who|nobody|somebody|just)\b)[^\W\d]\S*(?: [^\W\d]\S*)?"
"""Who did something: us, just now; or somebody by their name."""
MUST = (
    r"(?:(?:i|we)(?:'ve|’ve)? )?(?:have|need|ought|got|gotta)(?: got)? to|(?:i|we)(?: (?:must|should|will)|['’]ll)"
    r"|(?:(?:don't|don’t|do not|never) forget|remember) to"
)
"""What people say before something that they have to do."""
DID = r"(?:i|we|they)(?:'ve|’ve| have| just| have just)? "
"""Who did it, before what was done."""
ISNOW = r"(?:(?:is|was|has been|got|are)(?: now)?|now)"
PHRASES = (
    # talk
    (
        r"(?:hi|hey|hello|good (?:morning|afternoon|evening)|hallo|moin|servus|guten (?:tag|morgen|abend)|bonjour|salut|hola|buenos d[ií]as)(?: (?:there|crm|rapport))?",
        "help hello",
    ),
    (
        r"(?:many )?(?:thanks|thank you|thx|cheers|danke|merci)(?: (?:a lot|so much|very much))?",
        "help thanks",
    ),
    (
        r"(?:(?:ok|okay|great|cool|nice|perfect|super|awesome|fine|good|got it|bye|goodbye|good night|see you)[ ,.!]*)+",
        "help thanks",
    ),
    (r"[?!. ]+", "help"),
    (
        r"(?:what (?:can|do) (?:you|i) do(?: here)?|who are you|how does this work|commands|usage)",
        "help",
    ),
    (r"(?:help|i need help|help me|how do i start|hilfe|aide|ayuda)", "help"),
    (r"(import|export|download|backup)(?: .+)?", r"help \1"),
    (r"how (?:(?:do|can|should) (?:i|we|you)|to) (.+)", r"help \1"),
    (r"(\+?\(?\d[\d ()/.-]{5,})", r"find \1"),
    # what one is told
    (
        rf"(?:stop|no more|don't|do not|quit) (?:telling|messaging|messages|notif\w+|bother\w*|tell|message)(?: me)?(?: about| of| for| on)? ({REF})",
        r"mute \1",
    ),
    (rf"(?:silence|shut up(?: about)?|ignore|unsubscribe(?: from)?|hush) ({REF})", r"mute \1"),
    (rf"(?:watch|subscribe to|track|keep an eye on|star) ({REF})", r"follow \1"),
    (rf"(?:unwatch|untrack|unstar|stop (?:following|watching)) ({REF})", r"unfollow \1"),
    (
        rf"(?:tell|inform|alert|ping) me (?:when|if|about|of|once)(?: (?:something|anything) happens (?:to|with|on))? ({REF})(?: .+)?",
        r"follow \1",
    ),
    (
        r"(?:pause|turn off|switch off|disable|stop|no)(?: all)?(?: my| the)? (?:notifications?|messages|pings)",
        "notify off",
    ),
    (
        r"(?:my )?(?:shift|working hours|work hours|office hours)(?: is| are)?(?: from)? (\S+(?: ?[ap]m)?) (?:to|until|till) (.+)",
        r"hours from=\1 until=\2",
    ),
    (
        r"(?:i )?work(?:ing)?(?: from)? (\S+(?: ?[ap]m)?) (?:to|until|till|-) (\S+(?: ?[ap]m)?)",
        r"hours from=\1 until=\2",
    ),
    (
        r"(?:don't|don’t|do not|never|no) (?:write|message|ping|bother|disturb|tell|notify|messages?)(?: to)?(?: me)? (?:on|at|during) (?:the )?weekends?",
        "hours days=mon-fri",
    ),
    (
        r"(?:resume|turn on|switch on|enable|start)(?: all)?(?: my| the)? (?:notifications?|messages|pings)",
        "notify on",
    ),
    (
        r"(?:what|which|who)(?: \w+)* (?:following|follow|muted|mute|watching|watch)(?: .+)?",
        "notify",
    ),
    (
        r"(?:my )?(?:notifications?|notification settings|settings|preferences|do not disturb|dnd)",
        "notify",
    ),
    *QUESTIONS,
    # lists
    (r"(?:my|the) team|who(?: is|'s|’s) (?:overloaded|overworked|busy|free)", "home"),
    (r"(?:save|keep)(?: this| a| the| my)? list", "keep"),
    (r"(?:save|keep)(?: this| a| the| my)? list(?: as| under)? (.+)", r'keep name="\1"'),
    (r"(?:show )?(?:my |saved |my saved )lists", "lists"),
    (r"(?:drop|delete|forget) list (.+)", r"lists drop \1"),
    (rf"filter (?:the |my )?({NOUNS}) (?:by|for|with|where|that are) (.+)", r"\1 list \2"),
    (rf"(?:{GET} )?my team(?:'s|’s) ({STATE} )?({NOUN})( .+)?", r"\2 list my team \1\3"),
    (rf"(?:{GET} |what are )?(?:all )?(?:of )?my ({STATE} )?({NOUN})", r"\2 list \1mine"),
    (rf"(?:{GET} |what are )?(?:all )?(?:of )?my ({STATE} )?({NOUN}) (.+)", r"\2 list \1mine \3"),
    (
        r"(?:on )?(today|tomorrow|(?:this|next) (?:week|month)|(?:mon|tues|wednes|thurs|fri|satur|sun)day)",
        r"task list mine due \1",
    ),
    (
        r"(?:show |list |all |my |the |our )*(?:companies|firms|organi[sz]ations)((?: .*)?)",
        r"account list\1",
    ),
    (
        r"(?:what(?:'s|’s| is| do i have)|(?:is |do i have )?anything) due(?: (.+))?",
        r"task list mine due \1",
    ),
    (r"(?:what(?:'s|’s| is) )?(?:overdue|late)", "task list mine overdue"),
    (rf"{GET}(?: all| the)* ({STATE} )?({NOUN})", r"\2 list \1"),
    (rf"({STATE}) ({NOUN})( .+)?", r"\2 list \1\3"),
    (rf"(?:all|every)(?: the)? ({NOUN})", r"\1 list"),
    (
        rf"how many ({NOUN}) (?:did|have|has) (?:we|i|the team) (clos|resolv|creat)ed?(.*)",
        r"\1 list \2ed\3",
    ),
    (rf"how many ({STATE} )?({NOUN}) (?:do i have|are mine|have i)(?: got)?", r"\2 list \1mine"),
    (
        rf"(?:how many|count)(?: of| the| my)* ({STATE} )?({NOUN})(?: do (?:we|i) have| are there| are)?( .+)?",
        r"\2 list \1\3",
    ),
    (
        rf"(?:{GET} |what are |a |the )?list of(?: all| the)* ({STATE} )?({NOUN})((?: .*)?)",
        r"\2 list \1\3",
    ),
    (
        rf"(?:which|what) ({NOUN})(?: (?:are|is|do|have|were|was|need|should))+((?: .*)?)",
        r"\1 list\2",
    ),
    (rf"(?:what|which) (?:are|is|were) my ({STATE} )?({NOUN})((?: .*)?)", r"\2 list \1mine\3"),
    (
        rf"(?:what|which) (?:are|is|were) (?:the |our )?({STATE} )?({NOUN})((?: .*)?)",
        r"\2 list \1\3",
    ),
    (r"what (?:did|have) (?:i|we) (?:do|done)((?: .*)?)", r"task list mine done\1"),
    (r"what (?:did|has) ([a-z]+) (?:do|done)((?: .*)?)", r"task list of \1 done\2"),
    (rf"(?:{GET} )?([a-z]+)(?:'s|’s) ({STATE} )?({NOUN})((?: .*)?)", r"\3 list \2of \1\4"),
    (rf"(?:who|which of us) (?:has|have|owns) ({STATE} )?({NOUN})((?: .*)?)", r"\2 list \1\3"),
    (r"how (?:is|are) (?:(?:my|the) (?:team|sales)|we)(?: doing)?", "report"),
    (r"(?:revenue|turnover|bookings)((?: .*)?)", r"deal list won\1"),
    (r"([a-z]+)(?:'s|’s) (?:pipeline|forecast)", r"deal list open of \1"),
    (
        r"(?:the )?(?:pipeline|forecast) of ((?:(?:the|my|our) )?[a-z]+(?: [a-z]+){0,2})",
        r"deal list open of \1",
    ),
    (
        r"(?:the |my )?(?:pipeline|forecast)(?: for)? ((?:this|next) (?:week|month|quarter|year))",
        r"deal list open closing \1",
    ),
    (rf"how many ({NOUN})(?: are(?: there)?| do (?:we|i) have)?((?: .*)?)", r"\1 list\2"),
    (r"(calls|meetings|e-?mails|notes)((?: .*)?)", r"task list \1\2"),
    (
        r"(?:my |the |show |me |open |sales )*(?:pipeline|forecast|funnel|numbers|figures)",
        "report",
    ),
    (
        r"(?:pipeline (?:new|add|create)|(?:new|add|create|make)(?: an?)?(?: new)? pipeline) (.+)",
        r"option new deal pipeline \1",
    ),
    (r"pipeline new|new pipeline", "option new deal pipeline"),
    (r"pipelines|pipelines? list|list (?:the )?pipelines", "option list deal pipeline"),
    (
        rf"(?:my |the |show |me |open |sales )*(?:pipeline|forecast|funnel|numbers|figures)((?! {NUMBER}).+)",
        r"report\1",
    ),
    (r"(?:my |today'?s )(?:day|agenda|home)", "home"),
    (r"(?:what(?:'s|’s| is)|anything) (urgent|unassigned|unclaimed)", r"case list open \1"),
    (r"my (week|month)", r"task list mine due this \1"),
    (
        r"(resolved|solved|answered) (today|yesterday|(?:this|last) (?:week|month|quarter))",
        r"case list \1 \2",
    ),
    (
        r"how (?:much|many deals) (?:did|have|has) i (?:closed?|won|win|sold|sell|made|make)(.*)",
        r"deal list mine won\1",
    ),
    (
        r"how (?:much|many deals) (?:did|have|has) (?:we|the team) (?:closed?|won|win|sold|sell|made|make)(.*)",
        r"deal list won\1",
    ),
    (
        r"what(?:'s|’s| is| should i do| do i have to do)?(?: (?:next|today|now|up|on))+(?: today)?",
        "home",
    ),
    (r"(?:who|whom) (?:should|do|must) i call(?: next| today| now)?", "home"),
    (
        r"(?:tell me about|what do (?:we|you) know about|(?:show me )?everything about) (.+)",
        r"find \1",
    ),
    (rf"{WHOSE} ({REF})", r"show \1"),
    (rf"{WHOSE} (.+)", r"find \1"),
    (r"(?:search|search for|look for|look up|where is|who is|google) (.+)", r"find \1"),
    (rf"(?:what is |what(?:'s|’s) |get |give me )?(?:the )?{REACH} (?:of|for) (.+)", r"find \1"),
    (rf"(?:what is |what(?:'s|’s) )?(\S+(?: \S+){{0,2}})(?:'s|’s) {REACH}", r"find \1"),
    (rf"(?:open|view|see|get|show me|give me) ({REF})", r"show \1"),
    (
        rf"(?:who|what|when)(?: has| was| did| have)? (?:last )?(?:changed?|edited|moved|deleted|touched|happened)(?: last)?(?: to| with| on| in| of| about)? ({REF})(?: .+)?",
        r"history \1",
    ),
    (rf"(?:who|what|when|where|how|why)(?:'s|’s)?(?: [a-z]+)* ({REF})(?: [a-z]+)*", r"show \1"),
    (rf"({REF}) {REACH}", r"show \1"),
    (
        rf"(?:summary|overview|brief(?:ing)?|recap|details?)(?: me)?(?: (?:of|on|for|about))? ({REF})|(?:brief|prepare|update) me (?:on|for|about)(?: (?:the|my))?(?: (?:call|meeting|talk) with)? ({REF})",
        r"show \1\2",
    ),
    (
        rf"(?:(?:set|change|update|add) )?({REF}) {NEW}(?:e-?mail)(?: address)?{IS}(\S+@\S+)",
        r"edit \1 email=\2",
    ),
    (
        rf"(?:(?:set|change|update|add) )?({REF}) {NEW}{PHONE}(?: number)?{IS}([+(\d].+)",
        r"edit \1 phone=\2",
    ),
    # deals, cases and tasks
    (
        rf"(?:push|postpone|delay|move|reschedule|shift) ({REF}) (?:back )?(?:to|until|till|by) ({DAYISH})",
        r"snooze \1 \2",
    ),
    (
        rf"(?:push|postpone|delay|move|reschedule|shift) ({REF}) (?:back )?(?:to|until|till|by) ({DAYISH})",
        r"edit \1 close \2",
    ),
    (
        rf"(?:push|postpone|delay|move|reschedule|shift) ({REF})(?: back| out)?(?: by)? {LENGTH}",
        r"edit \1 --form",
    ),
    (
        rf"({REF}) (?:is |was |has )?(?:delayed|postponed|pushed|moved|slipped)(?: back| out)? (?:to|until|till) ({DAYISH})",
        r"snooze \1 \2",
    ),
    (
        rf"({REF}) (?:is |was |has )?(?:delayed|postponed|pushed|moved|slipped)(?: back| out)? (?:to|until|till) ({DAYISH})",
        r"edit \1 close \2",
    ),
    (rf"(?:move|advance|push) (?:the )?(?:deal )?({REF} .+)", r"deal stage \1"),
    (rf"(?:mark|close|set)(?: deal)? ({REF}) (?:as |to )?(won|lost)(.*)", r"deal \2 \1\3"),
    (rf"({REF}) (?:{ISNOW}) (won|lost)(.*)", r"deal \2 \1\3"),
    (rf"(?:{DID})?(?:win|won) (?:the )?(?:deal )?({REF})(.*)", r"deal won \1\2"),
    (rf"(?:{DID})?(?:lose|lost) (?:the )?(?:deal )?({REF})(.*)", r"deal lost \1\2"),
    (rf"({REF}) (?:{ISNOW} )?(?:resolved|solved|fixed)(.*)", r"resolve \1\2"),
    (rf"({REF}) (?:{ISNOW} )?closed(.*)", r"close \1\2"),
    (rf"({REF}) (?:{ISNOW} )?(?:reopened|open again)", r"reopen \1"),
    (rf"({REF}) (?:{ISNOW} )?(?:done|finished|completed?|ticked off)(.*)", r"done \1\2"),
    (rf"({REF}) (?:{ISNOW} )?(?:done|finished|completed?)(.*)", r"resolve \1\2"),
    (
        rf"(?:set|change|update|put|move)(?: the)? ([a-z_ -]+?) (?:of|for|on|in) ({REF}) (?:(?:to|as|at) +|= *)(.+)",
        r"edit \2 \1 \3",
    ),
    (
        rf"(?:the )?([a-z_ -]+?) (?:of|for|on) ({REF}) (?:(?:to|is|as) +|= *)(.+)",
        r"edit \2 \1 \3",
    ),
    (rf"(?:resolved|solved|fixed) ({REF})(.*)", r"resolve \1\2"),
    (rf"(?:closed) ({REF})(.*)", r"close \1\2"),
    (rf"(?:wait|park|hold)(?: (?:on|for|with))?(?: case)? ({REF})", r"case edit \1 status=waiting"),
    (
        rf"({REF}) (?:{ISNOW} )?(?:wait(?:s|ing)?|parked|on hold)(?: (?:on|for) (?:the )?customer)?",
        r"case edit \1 status=waiting",
    ),
    (
        rf"(?:unassign|unclaim|release) ({REF})|(?:give|hand|put) ({REF}) back",
        r"edit \1\2 owner=none",
    ),
    (rf"(priority|amount|stage) ({REF}) (.+)", r"edit \2 \1 \3"),
    (rf"escalate (?:case |ticket )?({REF})(.*)", r"case edit \1 priority=urgent\2"),
    (rf"(?:answer|respond to|reply to) ({REF})(?: with\b:?| saying\b:?)?(.*)", r"case reply \1\2"),
    (rf"(?:i(?:'ll|’ll| will)? )?(?:take|grab|got|have) ({REF})", r"claim \1"),
    (
        rf"({REF}) (?:is )?(low|normal|high|urgent)(?:est)?(?: priority| prio)?",
        r"edit \1 priority=\2",
    ),
    (rf"({REF}) (?:take|grab|mine|is mine|i(?:'ll| will)? take it)", r"claim \1"),
    (rf"({REF}) (?:answer|respond)(?:ed)?:? (.+)", r"reply \1 \2"),
    (rf"(?:reply|answer|respond|write)(?: to)? ({REF}):? (.+)", r"reply \1 \2"),
    (
        rf"(?:tell|inform|let) (?:the )?customer (?:of|in|on|for|about) ({REF})(?::| that| know(?: that)?)? (.+)",
        r"reply \1 \2",
    ),
    (
        rf"hand(?: ?over)? ((?:{REF}(?: ?,| and)* )+{REF})(?: over)? (?:to |-> ?)?(\S.*)",
        r'handover to="\2" \1',
    ),
    (
        r"(?:hand ?over|hand|transfer|reassign) (?:all|everything|every)\b(?: .+?)? (?:over )?to (\S.*)",
        r'handover to="\1" --form',
    ),
    (r"hand ?over(?: something| records)?", "handover"),
    (rf"(?:hand|pass) ({REF}) (?:over|on) (.+)", r"assign \1 \2"),
    (
        rf"(?:give|hand(?: over)?|pass(?: on)?|transfer|reassign|delegate) ({REF}) (.+)",
        r"assign \1 \2",
    ),
    (rf"({REF}) back to (.+)", r"assign \1 \2"),
    (rf"({REF}) (?:to|until|till|->) ({DAYISH})", r"snooze \1 \2"),
    (rf"({REF}) (?:to|until|till|->) ({DAYISH})", r"edit \1 close \2"),
    (rf"tag ({REF}) (?:as |with )?(.+)", r'edit \1 tags="\2"'),
    (rf"rename (?:the )?(?:[a-z]+ )?({REF}) (?:to |as |into )?(.+)", r"edit \1 name \2"),
    (rf"({REF}) (?:renamed?)(?: to| as)? (.+)", r"edit \1 name \2"),
    (rf"(?:update|change|modify) ({REF}.*)", r"edit \1"),
    (rf"cancel (?:the )?(?:task |meeting )?({REF})", r"drop \1"),
    (rf"(?:remove|drop|cancel) ({REF})", r"delete \1"),
    (
        rf"({REF}) (?:is |was |went )?(?:dead|cancel+ed|off the table|gone)[,:;]?(?: because)?((?: .*)?)",
        r"deal lost \1\2",
    ),
    (rf"(?:finish|complete|tick off|check off|tick) ({REF})(.*)", r"task done \1\2"),
    (r"(?:remind me (?:to|about)|todo:?|to-do:?) (.+)", r"task new \1"),
    (
        r"(?:set|add|make|create|new)?(?: an?| the| up)?(?: new)? ?reminder (?:for|about|on|to) (.+)",
        r"task new \1",
    ),
    (r"remind me (.+?) (?:to|about) (.+)", r"task new \2 \1"),
    (
        rf"(?:{MUST}) (?!see|know|find|show|look|list|check|understand)(.+)",
        r"task new \1",
    ),
    (
        r"(?:schedule|book|arrange|organi[sz]e|plan|set up|put in)(?: an?| the)? (.+)",
        r"task new \1",
    ),
    (r"(?:remind|ask|tell) (?!me\b)(@?[a-z]+) to (.+)", r"task new for \1: \2"),
    (rf"({REF}) (follow[ -]?up.*)", r"task new \1 \2"),
    (r"(follow[ -]?up .+)", r"task new \1"),
    (rf"(?:create|add|make|start|register)(?: an?| the)?(?: new)? ({NOUN})(.*)", r"\1 new\2"),
    (
        r"(?:new|create|add|make|register)(?: an?| the)?(?: new)? (?:company|firm|organi[sz]ation):?((?: .*)?)",
        r"account new\1",
    ),
    (
        r"(?:new|create|add|make|register)(?: an?| the)?(?: new)? (?:person|client|buyer):?((?: .*)?)",
        r"customer new\1",
    ),
    (rf"(?:new|neue[rs]?|nouveau|nouvelle|nuev[oa]) ({NOUN})(.*)", r"\1 new\2"),
    (rf"({ONE}): *(.+)", r"\1 new \2"),
    # where somebody works
    (rf"({REF}) (?:now )?(?:works|is working) (?:at|for) (.+)", r'edit \1 company="\2"'),
    (r"#?((?:cu|ld)-?\d+) (?:is )?(?:now )?at (.+)", r'edit \1 company="\2"'),
    (
        r"(?:(?:set |edit )?customer (?:set |edit )?)?(?!who )([^\W\d]\S*(?: \S+){0,2}?) (?:now )?works (?:at|for) (.+)",
        r'customer set \1 company="\2"',
    ),
    # what has happened
    (
        r"(?:log|record|note down)(?: an?| the)? (\d+)[ -]?min(?:ute)?s? (call|meeting)(?: (?:with|to|about|on))? (.+)",
        r"log \2 \3 minutes=\1",
    ),
    (
        r"(?:log|record|note down) (?:an? |the )(call|meeting|email|note)(?: (?:with|to|for|about|on))? (.+)",
        r"log \1 \2",
    ),
    (
        rf"{JUST}(?:called|phoned|rang|spoke (?:to|with)|talked (?:to|with)|had a call with) (.+)",
        r"log call \1",
    ),
    (rf"{JUST}(?:met(?: with)?|visited|had a meeting with) (.+)", r"log meeting \1"),
    (
        rf"{JUST}(?:had|went for)(?: an?| some)? ((?:lunch|dinner|breakfast|coffee|tea|drinks?|an? \w+|chat|demo|visit) (?:with|at) .+)",
        r"log meeting \1",
    ),
    (
        r"((?:lunch|dinner|breakfast|coffee|tea|drinks|demo|visit) (?:with|at) .+)",
        r"log meeting \1",
    ),
    (
        r"((?:i )?left (?:an? )?(?:voice ?mail|voice message|message) (?:for|with) .+)",
        r"log call \1",
    ),
    (
        r"(no (?:answer|reply|response) from .+|(?:i )?(?:tried to (?:call|reach|phone)|tried calling|could(?: not|n'?t|n’t) reach|did(?: not|n'?t|n’t) reach) .+)",
        r"log call \1",
    ),
    (
        rf"({WHO} (?:called|phoned|rang)(?: me| us| back| in| again)*)[,.:;]? (.+)",
        r"log call \1, \2",
    ),
    (
        rf"({WHO} (?:e-?mailed|wrote|mailed)(?: me| us| back| in| again)*)[,.:;]? (.+)",
        r"log email \1, \2",
    ),
    (rf"{JUST}(?:e-?mailed|wrote(?: to)?|(?:e-?)?mail(?: to)?) (.+)", r"log email \1"),
    (rf"{NOTE} (#?cs-?\d+):?(.*)", r"case note \1\2"),
    (rf"{NOTE} ({NUMBER}):?(.*)", r"log note \1\2"),
    (rf"{NOTE} (this):?(.*)", r"note \1\2"),
    (rf"{NOTE} ([^:\n]+?): *(.+)", r"log note \1 \2"),
    (r"(?:note|remark) (?:for|about|on|to) (.+)", r"log note \1"),
    (r"(#?cs-?\d+): *(\S+ .+)", r"case note \1 \2"),
    # many, of some kind
    (
        r"((?-i:[A-ZÀ-Þ])\S*(?: (?:(?-i:[A-ZÀ-Þ])\S*|&|and|of)){1,3}) (<nouns>)((?: .*)?)",
        r"\2 list of \1\3",
    ),
    (rf"(?:{GET}(?: all| the)* )?([a-z-]+) (?!this)({NOUNS})((?: .*)?)", r"\2 list \1\3"),
)
LETTERS = re.compile(r"(?:case |deal |task )?(?:reply|note|log|resolve|done|lost)\b")
"""How the lines begin that end with a text that is kept to the letter."""
ADDRESS = r"(?:(?:hey|hi|hello|ok|dear) )?(?:/?crm|rapport)\b[,:]?"
ASKING = r"please|pls|kindly|can you|could you|would you|i want to|i'd like to|let'?s"
THANKING = re.compile(r"(?<=\S),? +(?:please|pls|thanks|thank you|danke|bitte)$", re.IGNORECASE)
POLITE = re.compile(f"(?:{ADDRESS}|{ASKING}) +", re.IGNORECASE)


@lru_cache
def patterns(nouns: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """Return each phrase and what it means, with these nouns of several words beside the others."""
    many = [noun for noun in nouns if noun.endswith("s")]
    one = [noun for noun in nouns if noun not in many]
    words = {
        NOUN: either(nouns, "[a-z]+"),
        NOUNS: either(many, "[a-z]+s"),
        ONE: either(one, r"[a-z]+[^\Ws]"),
    }
    found = []
    for said, meant in PHRASES:
        for place, pattern in words.items():
            said = said.replace(place, pattern)
        found.append((re.compile(f"{said}[ ?!.]*", re.IGNORECASE | re.DOTALL), meant))
    return found


def either(nouns: Sequence[str], other: str) -> str:
    longest = sorted(map(re.escape, nouns), key=len, reverse=True)
    return f"(?:{'|'.join([*longest, other])})" if nouns else other


def long_nouns() -> tuple[str, ...]:
    """Return the nouns that are no single word of letters, in every spelling."""
    words = (word for entity in ENTITIES.values() for word in entity.words())
    return tuple(word for word in words if not word.isalpha())


def meanings(said: str) -> Iterator[str]:
    """Yield the lines that a phrase may mean, the likeliest first.

    A text that is for somebody keeps the sign at its end.
    """
    whole = said.strip(" `*_")
    bare = whole.rstrip(" ?!.")
    end, asked = whole.removeprefix(bare), THANKING.sub("", bare)
    while found := POLITE.match(asked):
        asked = asked[found.end() :]
    if asked != said and asked:
        yield asked
    asked = asked or whole
    for pattern, meant in patterns(long_nouns()):
        if found := pattern.fullmatch(asked):
            line = found.expand(meant)
            line = line if "\n" in asked else " ".join(line.split())
            yield line + end if LETTERS.match(meant) else line
