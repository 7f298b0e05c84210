"""Phrases that ask for figures, news and people, and the lines that they mean."""

SPAN = (
    r"(?: (?:in |during |of |for )?((?:the )?(?:this|last|past|current|q[1-4]|[mqyw]td|20\d\d|jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec)\S*(?: .+)?))?"
)
"""What may be a period at the end of a question."""
OWNER = r"(?:owner|person|people|sales ?reps?|rep|colleague|seller|team member|everybody|name)s?"
SALES = r"(?:(?:show|give|me|the|my|our|open|sales|deals?|team(?:'s|’s)?) )*"
PERSON = r"(<@[UW]\w+(?:\|[^>]*)?>|@?(?!(?:i|we|you|they|the|our|my|us)\b)[^\W\d]\S*)"
ROLE = r"(rep|senior rep|manager|support|support lead|executive|marketing|privacy officer|admin)"
GOES = r"(?:do|should|must|shall|can|could|would) (?:i|we)(?: (?:need|have|ought|want))?(?: to)?"
THEIR = r"(?:(?:set|change|update|add|note) )?([^\W\d]\S*(?: [^\W\d]\S*)?)(?:'s|’s) (?:new )?"
QUESTIONS = (
    # how to reach somebody
    (
        rf"{THEIR}(?:phone|telephone|mobile|cell|number)(?: number)?(?: is| to| now|:| =)* ([+(\d].+)",
        r"customer set \1 phone=\2",
    ),
    (
        rf"{THEIR}e-?mail(?: address)?(?: is| to| now|:| =)* (\S+@\S+)",
        r"customer set \1 email=\2",
    ),
    # whose, what is stuck, who won
    (
        r"(?:show |give |me )*my (?:own )?(?:pipeline|forecast|funnel|numbers|figures|results|performance)|how am i doing",
        "report mine",
    ),
    (
        rf"{SALES}(?:pipeline|forecast|funnel|deals?|numbers|figures|opportunities) (?:by|per) {OWNER}",
        "report by owner",
    ),
    (
        rf"{SALES}(?:cases|tickets) (?:by|per) (?:assignee|{OWNER})|who (?:has|holds) (?:the )?most (?:open )?(?:cases|tickets)|who has how many (?:open )?(?:cases|tickets)",
        "report cases",
    ),
    (
        r"who (?:has|holds|owns|carries) (?:the )?(?:most|biggest|largest)(?: (?:deals?|pipeline|in hand|open))*",
        "report by owner",
    ),
    (
        r"(?:which deals (?:are|is) |what(?:'s|’s| is| are) |anything |show me |show |my |our |the |all )*"
        r"(?:stuck|stale|stalled|stagnant|at risk|in danger|slipping)(?: deals?| opportunities)?",
        "report stuck",
    ),
    (
        r"(?:show |my |the |all |open |which )*deals? (?:without|with no|that had no|that have no|have no|had no)(?: an?| any)? (?:talks?|calls?|activit(?:y|ies)|contact)(?: .+)?",
        "report stuck",
    ),
    (
        r"(?:show |my |the |all |open |which )*(?:untouched|cold|forgotten|neglected) leads?",
        "report stuck",
    ),
    (
        r"(?:show |my |the |all |open |which )*leads? (?:(?:without|with no|have no)(?: an?| any)? (?:talks?|calls?|activit(?:y|ies)|contact)|(?:that )?(?:nobody|i|we) (?:has |have not |haven['’]t |did not |didn['’]t )?(?:talk|call|touch|contact).*)",
        "report stuck",
    ),
    (
        r"(?:what|which deals?|who) (?:needs?|requires?)(?: an?| my)* (?:look|attention|help)",
        "report stuck",
    ),
    (
        rf"(?:who|which (?:rep|one|colleague)|which of us)(?: has| have)? (?:closed|won|sold|closes|wins|sells|made)(?: the)? (?:most|more|best|biggest)(?: deals?| revenue| money)?{SPAN}",
        r"report closed \1",
    ),
    (
        rf"(?:the )?(?:top|best|strongest) (?:sales ?)?(?:reps?|sellers?|people|performers?|colleagues?|salespe(?:rson|ople)){SPAN}",
        r"report closed \1",
    ),
    (
        rf"(?:the )?(?:leader ?board|ranking|league table|sales by {OWNER}|revenue by {OWNER}|won by {OWNER}){SPAN}",
        r"report closed \1",
    ),
    (
        rf"(?:what(?:'s|’s| is) )?(?:our|my|the|your)? ?(?:win|close|closing|hit|success) rates?{SPAN}",
        r"report closed \1",
    ),
    (
        r"how (?:much|many deals) (?:did|have|has) (?:we|the team|i) (?:lost|lose)(.*)",
        r"deal list lost\1",
    ),
    (
        rf"what (?:did|have|has) (?:we|the team) (?:win|won|sell|sold|close|closed?){SPAN}",
        r"deal list won \1",
    ),
    (rf"what (?:did|have|has) (?:we|the team) (?:lose|lost){SPAN}", r"deal list lost \1"),
    (
        rf"what (?:did|have|has) i (?:win|won|sell|sold|close|closed){SPAN}",
        r"deal list mine won \1",
    ),
    (
        rf"how (?:much|many deals) (?:did|has|have) {PERSON} (?:closed?|won|win|sold|sell|made|make)((?: .*)?)",
        r"deal list of \1 won\2",
    ),
    (
        r"(?:what|which deals?)(?:'s|’s| is| are| will| should)?(?: (?:we|i))? (?:closes?|closing)((?: .*)?)",
        r"deal list open closing\1",
    ),
    (
        rf"how (?:did|was|were)(?: (?:we|the team|sales|it|business))?(?: (?:do|go|perform|doing))?{SPAN}|(?:results|outcome)s?(?: (?:of|for|in))?{SPAN}",
        r"report closed \1\2",
    ),
    (
        r"(?:the )?(?:top|biggest|largest) (?:\d+|few|three|five|ten) (?:open )?deals?",
        "deal list open biggest",
    ),
    (
        r"(?:send |show |give |draw )?(?:me )?(?:the |a |our )?(?:charts?|graphs?|trends?|totals|overview|dashboard|kpis?)",
        "report",
    ),
    # what changed
    (
        r"(?:what(?:'s|’s| is| has| did)?|anything) (?:new|news|changed?|happen(?:ed)?|moved|slipped)(?! (?:to|with|on|in) #?[a-z]{2}-?\d)(?: (?:since|today|yesterday|lately|recently|in|on|over|with|for|this|last|while)\b.*)?",
        "report changes",
    ),
    (
        r"(?:(?:which|what|show|me|the|my|our|all|any) )*deals? (?:(?:that|which) )?(?:have |has )?(?:moved|slipped|changed|grown|shrunk)(?: .+)?",
        "report changes",
    ),
    (r"(?:any |the |my )?(?:news|updates?)(?: (?:today|since|for me).*)?", "report changes"),
    (r"what did i miss(?: .+)?", "report changes"),
    # my day
    (
        r"(?:what(?:'s|’s| is|s)|anything) on my (?:plate|list|agenda|desk|calendar|schedule|mind)(?: .+)?",
        "home",
    ),
    (rf"(?:who|whom|what) {GOES} (?:call|do|ring|phone|contact|work on)(?: .+)?", "home"),
    (r"(?:my )?(?:to-?do(?:s| list)?|to do list|agenda|calendar|schedule)", "home"),
    # how colleagues are doing
    (
        r"who(?:'s|’s| is)? (?:behind|late)(?: (?:on|with) .+)?",
        "task list overdue group by owner",
    ),
    (rf"how (?:is|are|was) {PERSON} (?:doing|performing)(?: .+)?", "report by owner"),
    (
        rf"what(?:'s|’s| is) {PERSON} (?:working on|busy with|up to)(?: .+)?",
        r"deal list open of \1",
    ),
    (
        r"how (?:is|was) (?:the|this|our) (week|month|quarter|year)(?: (?:going|doing|looking))?",
        r"report closed this \1",
    ),
    (
        rf"(?:what|how much) (?:is|are) {SALES}(?:pipeline|deals?) (?:worth|at)",
        "report",
    ),
    # whom I talked to, and whose a record is
    (
        r"whom? did (?:i|we) (?:talk|speak|call|meet|write|e-?mail)(?: to| with)?(?: (.+))?",
        r"task list mine done \1",
    ),
    (
        r"who(?:'s|’s| is) the (?:customer|contact|person|account|company|owner|assignee) (?:of|on|for|behind) (#?[a-z]{2}-?\d+)",
        r"show \1",
    ),
    # what somebody said
    (
        r"what (?:did|has|does) ([^\W\d]\S*(?: [^\W\d]\S*)?) (?:say|said|want|wanted|tell|told|ask|asked)(?: .+)?",
        r"show \1",
    ),
    (
        r"(?:(?:what|when) (?:was|is) )?(?:the |my |our )?(?:last|latest) (?:talk|call|chat|conversation|meeting|contact) (?:with|to) (.+)",
        r"show \1",
    ),
    (
        r"where does (.+) work|(?:what|which) (?:company|firm) (?:is|does) (.+?)(?: work)? (?:at|for|with|in)",
        r"show \1\2",
    ),
    (
        r"who(?:'s|’s| is| are) (?:our |the |my )?(?:main )?(?:contacts?|people|person|buyers?) (?:at|for|in|from) (.+)",
        r"account more \1",
    ),
    (
        r"(?:who works|(?:all |the )?(?:people|employees|staff)(?: working)?) (?:at|for|of|in|from) (.+)",
        r"account more \1",
    ),
    (
        r"when did (?:i|we|somebody|anybody) (?:last )?(?:speak|talk|call|meet|write|chat)(?: to| with)? (.+?)(?: last)?",
        r"show \1",
    ),
    # cases
    (r"(?:the )?next (?:case|ticket)", "case list open unassigned"),
    (
        r"(?:which |what |the |next |my )*(?:deadlines?|due dates?|slas?)(?: .+)?|what (?:breaches|is breached|expires)(?: .+)?",
        "case list open by due",
    ),
    # people, roles and the bot
    (
        rf"(?:what (?:can|may)|rights of|what is allowed for)(?: an?| the)? {ROLE}s?(?: do| see)?",
        r"role show \1",
    ),
    (
        r"who (?:can|may) (?:see|change|edit|delete|do|read) .+|(?:all )?(?:rights|permissions)",
        "role list",
    ),
    (
        r"(?:the |all |our )?(?:people|staff|colleagues|everybody|employees|members)|who (?:is|are) (?:here|in the team|we|you all)",
        "user list",
    ),
    (
        r"(?:who|people|users|which users?)(?: has| have| is| are)? (?:with ?out|no|not given)(?: an?)? roles?",
        "user list without role",
    ),
    (
        rf"(?:give|assign) {PERSON} (?:the |an? )?(?:role )?(?:of )?(?:an? )?{ROLE}(?: role)?",
        r'role give person="\1" role="\2"',
    ),
    (
        rf"(?:make|promote) {PERSON} (?:to |as )?(?:an? |the )?{ROLE}",
        r'role give person="\1" role="\2"',
    ),
    (
        rf"(?:add|put|move) {PERSON} (?:to|into|in) (?:the )?(?:team (\S+)|(\S+) team)",
        r'team join \2\3 person="\1"',
    ),
    (
        r"(?:show |the |all |what )*(?:failed|refused|undelivered|stuck|lost) (?:messages|deliveries|posts)|what (?:failed|was refused)",
        "deliveries list",
    ),
    (
        r"(?:is|are) (?:everything|all|you|it|rapport|the bot|slack)(?: still| all)? (?:ok|okay|fine|well|alright|all right|working|running|up|healthy|connected)|health(?: check)?",
        "status",
    ),
    (r"(?:the |our |all )?channels|which channels?(?: .+)?", "channel list"),
)
"""(what people say, the line it means), each tried in this order."""
