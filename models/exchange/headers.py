"""What other systems and people write over their columns, and what it means here."""

TABLE = """
external_id: id recordid externalid uid uuid guid objectid sfid salesforceid hubspotid zohoid crmid hsobjectid euid
external_id: systemid donotmodifylead donotmodifycontact donotmodifyaccount donotmodifyopportunity donotmodifycase
external_id: donotmodifytask
created_at: created createddate createdate createdat createdon createdtime creationdate creationtime createtime
created_at: datecreated dateadded addtime addedon addedtime added dateentered opendate openeddate dateopened openedon
created_at: openedat opened datetimeopened signupdate optintime connectedon submittedon datecreate createdtimestamp
created_at: requested requestedat createddatetime timecreated requesteddate erstelltam angelegtam erstelldatum
created_at: datedecreation fechadecreacion kundeseit clientdepuis clientedesde membersince customersince
external_id: kundennr kundennummer kdnr kundenid customernumber customerno clientnumber clientno debitorennummer
external_id: numeroclient codeclient codigocliente
deleted: isdeleted deleted deletedflag
owner|assignee: owner ownerid ownername ownerfullname owneremail recordowner assignedto assignedtouser assigneduser
owner|assignee: agent assignedusername assigneduserid assignedtoname assignee assigneename assigneeemail assigneeid
owner|assignee: agentname rep salesrep salesperson salesowner accountmanager accountexecutive responsible
owner|assignee: responsibleuser responsibleperson hubspotowner hubspotownerid assignedagent assigned handledby
owner|assignee: besitzer zustandig verantwortlich proprietaire propietario owneralias assignedrep agentemail
owner|assignee: userid user username
owner|assignee: accountexec salesagent salesrepresentative managedby
name: displayname
full_name|name: fileas nameprenom nomcomplet nombrecompleto
full_name|customer|name: primarycontactname fullname
full_name|customer|name: contactname personname clientname customername kontakt kontaktname ansprechpartner
first_name: first firstname givenname forename given fname vorname prenom nombre personfirstname имя
last_name: last lastname surname familyname family lname nachname nom apellido apellidos personlastname zuname фамилия
name|job_title|subject|description: title titel titre titulo
name: dealname opportunityname opportunitytitle dealtitle topic
company|account|name: company companyname account accountname accountid organization organizationname organisation
company|account|name: employer organisationname associatedcompany associatedcompanyid primarycompany
company|account|name: primaryassociatedcompany firm primaryassociatedcompanyid business businessname org orgname
company|account|name: organizationid organization1name firma companyid salesaccount salesaccounts accountnameid
company|account|name: parentcustomer entreprise societe empresa unternehmen companyaccount ticketorganizationname
company|account|name: partnername betrieb relatedaccount kunde potentialcustomer организация компания
domain|account: companydomainname companydomain domain domainname companywebsite companyurl accountdomain
domain|account: accountwebsite
domain|web|account: website websiteurl homepage webaddress webpage website1value webseite siteweb
domain: url web site www internet websites
email|customer: email emailaddress mail primaryemail workemail email1 email1value email1address emailaddress1 emails
email|customer: primaryemailaddress businessemail emailprimary emailwork correo correoelectronico courriel
email|customer: emailadresse emailid contactemail customeremail requesteremail
email: emailfrom primarycontactprimaryemail emailother
email: otheremail email2 email2value email2address emailaddress2 homeemail
email: personalemail secondaryemail emailhome email3value email4value additionalemailaddresses additionalemails
email: additionalemail secondemail
email: alternateemail
phone: phone phonenumber telephone tel telefon telefonnummer telephonenumber businessphone workphone phonework work
phone: officephone phoneoffice phone1 phone1value primaryphone directphone directline telefono contactphone
phone: companyphone mobile mobilephone mobilenumber cell cellphone cellnumber handy handynummer phonemobile portable
phone: primarycontactprimaryphone phoneother mobilephonenumber worknumber mobilno mobileno phoneno
phone: phone2 phone3value phone: phone4value secondaryphone alternatephone
phone: mobil movil personmobilephone homephone phonehome otherphone phone2value businessphone2 whatsapp телефон
job_title: jobtitle position designation jobposition organization1title organizationtitle role jobrole persontitle
job_title: funktion cargo poste beruf primarycontacttitle contacttitle
parent: parentid parentaccount parentaccountid parentcompany parentname parentorganization memberof
parent: parentorganisation subsidiaryof headoffice parentaccountname
street: streetroadname
street: street address addressline1 streetaddress address1 street1 address1street addressstreet addressline strasse
street: adresse direccion calle rue streetname anschrift address1streetline mailingaddress billingaddress
city: citytownvillagelocality
city: city town locality ort stadt ville ciudad place город
region: region state province county stateregion stateprovince bundesland provincia prefecture departement statecounty
postal_code: postalcode zip zipcode postcode plz zippostalcode postleitzahl codepostal cp codigopostal pincode
postal_code: ziporpostalcode zippostalcode
country: country countryregion countrycode countryname land pays pais cc nation countryiso страна
language: language preferredlanguage lang locale sprache
time_zone: timezone tz timezonename zone
tags: tags tag labels label categories groupmembership keywords segments etiketten groups
tags: tagids
tags|type: category
lifecycle: lifecyclestage lifecycle customerstage contactstage
notes|description: description notes note comments comment memo remarks remark bemerkung bemerkungen notizen
notes|description: beschreibung details about body message additionalinfo additionalinformation internalnotes
source|origin: source leadsource leadorigin leadchannel originalsource sourcename referredby howdidyouhearaboutus
source|origin: herkunft origin channel via createdvia contactchannel sourcetype originaltrafficsource
source|origin: contacttype acquisitionsource refferedby campaignsource referer referrer quelle
status: status leadstatus statusname currentstatus statut estado statusreason
score: leadscore hubspotscore points scoring
employees: numberofemployees employees employeecount noofemployees headcount companysize size staff employeesize
employees: mitarbeiter mitarbeiterzahl anzahlmitarbeiter employeenumber numemployees totalemployees
annual_revenue: annualrevenue revenue turnover yearlyrevenue annualsales companyrevenue jahresumsatz umsatz arr
industry: industry sector branche vertical industrytype industryname industria secteur
amount: amount value dealamount dealvalue dealsize totalamount contractvalue acv tcv grandtotal price budget betrag
amount: total wert montant importe estrevenue estimatedrevenue estimatedvalue opportunityamount sum amountvalue
amount: dealworth closevalue valor monto auftragswert dealprice totalprice actualvalue
currency: currency currencyisocode currencycode dealcurrencycode isocurrency currencyid amountcurrency currencyname
currency: wahrung devise moneda valuecurrency
close_date: closedate closingdate closeddate
close_date: wontime dateclosed actualclosedate closetime closingon closeson datewon
close_date: abschlussgeplant geplanterabschluss dealcloseddate abschlussdatum closedon datecloture fechadecierre
close_date: closedat wonon closing losttime
is_converted: isconverted converted
converted_customer: convertedcontactid convertedcontact convertedcontactname convertedpersonid
converted_account: convertedaccountid convertedaccount convertedaccountname convertedorganizationid
converted_opportunity: convertedopportunityid convertedopportunity convertedopportunityname convertedoppid
converted_opportunity: converteddealid converteddeal converteddealname
stage: stage stagename dealstage salesstage pipelinestage phase opportunitystage salesphase stageid currentstage etape
stage: pipelinephase etapa vertriebsphase statusphase
probability: probability winprobability dealprobability probabilitypercent likelihood chance prob confidence winchance
probability: closeprobability wahrscheinlichkeit probabilite probabilidad probabilitytoclose
forecast: forecastcategory forecastcategoryname forecast forecasttype
lost_reason: closedlostreason lossreason lostreason reasonlost reasonforloss reasonforlosing losereason
lost_reason: dealslossreason lostreasons reasonwhylost
next_step: nextstep nextsteps nextaction
competitor: competitor competitors maincompetitor primarycompetitor maincompetitors
is_won: iswon isclosedwon won closedwon
is_closed: closed isdealclosed
currency: currencyofvalue
is_closed|status: isclosed
subject: subject ticketsubject casesubject ticketname casename ticket summary issue shortdescription betreff sujet
subject: asunto headline problem
priority: priority severity urgency priorityname prio prioritat
type: type tickettype casetype issuetype requesttype activitytype tasktype tasksubtype eventtype callkind typ
customer: requester requestername requesterid contact contactid contactperson customer customerid client reporter
customer: submitter caller requestedby raisedby associatedcontact associatedcontacts associatedcontactid
customer: primarycontact maincontact contactfullname person personid relatedcontact contacts primarycontactid
customer: callerid requestor contactnameid clientemail
team: team group groupname assignedgroup queue department assignmentgroup ticketgroup abteilung salesteam
resolve_by|due_date: duedate dueby duebytime due deadline dueat slatarget resolutiondue datedue fallig
resolve_by|due_date: falligam
due_date: activitydate activitydatetime startdatetime start startdate date dueon datestart when scheduledfor starttime
due_date: begindate scheduledat meetingdate eventdate calldate faelligkeit datetime activityduedate
respond_by: firstresponsedue firstresponsedueby responsedue
responded_at: firstresponsetime initialresponsetime firstrespondedat firstresponseat firstresponsedate respondedat
resolved_at: resolvedat solvedat resolveddate resolutiondate resolvedtime resolvedon datesolved solved solveddate
resolved_at: resolved dateresolved ticketsolvedtimestamp solvedtimestamp
closed_at: closedate closeddate dateclosed closedat closedtime closedon datetimeclosed closetime closedatetime
closed_at: closedtimestamp
created_at: ticketcreatedtimestamp createdtimestamputc
csat: customersatisfactionrating customersatisfaction
csat: satisfactionscore satisfaction csatscore satisfactionrating ticketsatisfactionrating
done_at: closedtime closeddate closedat
done_at: completeddate completedat completeddatetime completedon donedate datecompleted finishedat markedasdonetime
done_at: completiondate completedtime donetime doneon finishedon datefinished erledigtam
status: taskstatus iscompleted completed isdone
minutes: durationinminutes durationminutes calldurationinminutes durationmin callminutes
outcome: outcome result callresult calldisposition calloutcome meetingoutcome callstatus
description: content subject tasksubject task taskname tasktitle activitysubject activity activityname activitytitle todo
description: agenda eventname callsubject aufgabe
who: whoid who namecontactlead
what: whatid what relatedto relatedtoname relatedtoid regarding related relatedrecord
lead: leadid leadname associatedlead
opportunity: opportunityid opportunityname dealid dealname associateddeal associateddeals deal opportunity dealtitle
case: caseid casenumber ticketid ticketnumber case ticket
role: membershiprole contactrole roles
since: startdate start from begindate
until: enddate end to
middle_name: middlename middle secondname zweitername deuxiemeprenom additionalname
name_suffix: suffix namesuffix
web: linkedin linkedinurl linkedinprofile linkedinprofileurl linkedinbio personlinkedinurl linkedinlink
due_time: duetime
lasted_seconds: durationinseconds calldurationinseconds durationseconds durationsec
ends: enddatetime endtime enddate end dateend enddatetimeutc
"""
"""The fields, of which the first that an entity has is meant : the words.

The words are in lower case, without spaces or signs.
"""

LAST = """
subject|description: name
external_id: number casenumber ticketnumber ticketno caseno key recordno leid dealno
close_date: date expectedclosedate expectedclose expectedclosingdate estimatedclosedate targetclosedate
close_date: datedeadline estclosedate projectedclosedate forecastclosedate
created_at: date timestamp engagedate subscriptiondate
status: state stage stageid leadstage statuslabel
full_name: name displayname
amount: expectedrevenue
name: projekt project vorhaben
type: calltype
lasted: duration
notes|description: publicdescription recentnote statusdescription leadsourcedescription resolution resolutionnotes
notes|description: internalcomments privatenotes casecomments
notes|description: closenotes
web: url profileurl profile
country: location officelocation headquarters hqcountry
resolved_at: timetoresolution
"""
"""Words that have this meaning only where there is nothing clearer."""

NOUNS = {
    "account": ("organization", "organisation", "company", "org", "firm", "business"),
    "customer": ("contact", "person", "people", "client", "user"),
    "opportunity": ("deal", "opportunity", "opp"),
    "case": ("ticket", "case", "issue", "incident"),
    "lead": ("prospect",),
    "activity": ("event", "call", "meeting", "todo"),
}
"""What other systems call our entities; they write the noun before many headers."""

QUALIFIERS = (
    "primaryaddress",
    "mailingaddress",
    "billingaddress",
    "businessaddress",
    "workaddress",
    "address1",
    "mailing",
    "billing",
    "business",
    "office",
    "work",
    "company",
    "primary",
    "main",
    "default",
    "current",
    "contact",
    "address",
    "home",
    "corporate",
    "legal",
    "person",
    "shippingaddress",
    "shipping",
    "otheraddress",
    "other",
)
"""What comes before an address, a phone number or an e-mail address, the most certain first."""

QUALIFIED = ("street", "city", "region", "postal_code", "country", "phone", "email")

OF_ADDRESS = "ofaddress"
"""What Pipedrive writes behind the parts of an address."""

LINKS = (
    "",
    "id",
    "ids",
    "name",
    "email",
    "number",
    "ref",
    "reference",
    "externalid",
    "recordid",
    "fullname",
    "emailaddress",
)
"""What follows a noun where a column names a record."""
RELATED = ("", "primary", "associated", "related", "linked", "main", "parent")


def read(table: str) -> dict[str, tuple[str, ...]]:
    """Return the fields by word, with those of earlier lines first."""
    found: dict[str, tuple[str, ...]] = {}
    for line in table.strip().splitlines():
        fields, _, words = line.partition(":")
        for word in words.split():
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *fields.split("|"))))
    return found


WORDS = read(TABLE)
TEXTS = frozenset(word for word, names in WORDS.items() if names[0] == "notes")
"""Words for a text without a name of its own."""
HEADLINES = frozenset(
    word for word, names in WORDS.items() if names[0] == "subject" or names == ("description",)
)
"""Words for a short text, which comes before a long one where a field takes both."""
LAST_WORDS = read(LAST)
