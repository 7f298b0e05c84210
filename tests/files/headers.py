"""Headers that other systems and people write over their columns, with the field that each
fills.
"""

TABLE = {
    "lead": """
        Salesforce | Lead ID = external_id · First Name = first_name · Last Name = last_name · Title = job_title
        Salesforce | Company / Account = company · Email = email · Phone = phone · Mobile = phone
        Salesforce | Lead Source = source · Lead Status = status · Lead Owner = owner · Created Date = created_at
        Salesforce | IsDeleted = deleted · OwnerId = owner · Description = notes · CreatedDate = created_at
        Salesforce | MobilePhone = phone · LEADID = external_id · Owner Name = owner · Company = company
        Salesforce | Last Modified Date = - · Rating = -
        Zoho | Record Id = external_id · Lead Owner = owner · Designation = job_title · Created Time = created_at
        Zoho | Tag = tags · Lead Name = full_name · Modified By = - · Email Opt Out = -
        HubSpot | Contact owner = - · Create Date = created_at · Original Source = source
        HubSpot | Associated Company = company · Company name = company · Phone Number = phone · Job Title = job_title
        HubSpot | HubSpot Score = score · Became a Lead Date = -
        Freshsales | Work email = email · Sales owner = owner · Status = status · Tags = tags
        Freshsales | Created at = created_at · Work = phone · Source = source
        SuiteCRM | lead_source = source · assigned_user_name = owner · date_entered = created_at
        SuiteCRM | phone_mobile = phone · phone_work = phone · email1 = email · account_name = company
        SuiteCRM | title = job_title · refered_by = - · deleted = deleted
        Dynamics | Business Phone = phone · Created On = created_at · Company Name = company · Owner = owner
        Dynamics | Status Reason = status · (Do Not Modify) Lead = external_id
        people | Name = full_name · Full Name = full_name · E-Mail = email · Vorname = first_name
        Close | id = external_id · status_label = status · primary_contact_title = job_title
        people | Nachname = last_name · Firma = company · Telefon = phone · Assigned To = owner · Sales Rep = owner
        people | Date Added = created_at · Organisation = company · Surname = last_name · Notes = notes · Cell = phone
    """,
    "customer": """
        people | Kundennr. = external_id · Kunde seit = created_at · Customer Number = external_id
        Salesforce | Contact ID = external_id · AccountId = account · Account Name = account · MailingStreet = street
        Salesforce | MailingCity = city · MailingState = region · MailingPostalCode = postal_code
        Salesforce | MailingCountry = country · Mailing Zip/Postal Code = postal_code
        Salesforce | Mailing State/Province = region · Contact Owner = owner · Salutation = - · Department = -
        Salesforce | Birthdate = -
        Zoho | Contact Owner = owner · Mailing Zip = postal_code · Other City = city · Record Id = external_id
        Zoho | Created Time = created_at · Account Name.id = account · Zip Code = postal_code
        HubSpot | Record ID = external_id · Primary Associated Company ID = account · Associated Company = account
        HubSpot | Company Domain Name = account · Lifecycle Stage = lifecycle · State/Region = region
        HubSpot | Country/Region = country · Street Address = street · Preferred language = language
        HubSpot | Time Zone = time_zone · Contact owner = owner · Postal Code = postal_code
        Pipedrive | Person - ID = external_id · Person - Name = full_name · Person - First name = first_name
        Pipedrive | Person - Organization = account · Person - Email - Work = email · Person - Owner = owner
        Pipedrive | Person - Label = tags · Person - Phone = phone · Person - Person created = created_at
        Google | Given Name = first_name · Family Name = last_name · E-mail 1 - Value = email
        Google | E-mail 2 - Value = email · Phone 1 - Value = phone · Organization 1 - Name = account
        Google | Organization Name = account · Organization 1 - Title = job_title · Organization Title = job_title
        Google | Address 1 - City = city · Address 1 - Postal Code = postal_code · Address 1 - Country = country
        Google | Address 1 - Street = street · Address 1 - Region = region · Labels = tags · Group Membership = tags
        Google | Notes = notes · Phonetic First Name = -
        Outlook | First Name = first_name · Business Street = street · Business City = city · Business State = region
        Outlook | Business Postal Code = postal_code · Business Country/Region = country · Business Phone = phone
        Outlook | Mobile Phone = phone · Home Phone = phone · E-mail Address = email · E-mail 2 Address = email
        Outlook | Categories = tags · Job Title = job_title · Company = account · Home City = city
        LinkedIn | Email Address = email · Position = job_title · Connected On = created_at · Company = account
        LinkedIn | URL = web
        Mailchimp | Email Address = email · TAGS = tags · OPTIN_TIME = created_at · TIMEZONE = time_zone
        Mailchimp | CC = country · REGION = region · EUID = external_id · NOTES = notes · Phone Number = phone
        Mailchimp | Address = street · MEMBER_RATING = -
        Freshsales | Sales accounts = account · Emails = email · Job title = job_title · Mobile = phone
        Freshsales | Zipcode = postal_code
        Espo | firstName = first_name · lastName = last_name · emailAddress = email · phoneNumber = phone
        Espo | accountName = account · assignedUserName = owner · addressCity = city · addressPostalCode = postal_code
        Espo | addressCountry = country · createdAt = created_at · description = notes
        SuiteCRM | primary_address_street = street · primary_address_city = city · primary_address_state = region
        SuiteCRM | primary_address_postalcode = postal_code · primary_address_country = country · Office Phone = phone
        people | Straße = street · PLZ = postal_code · Ort = city · Land = country · Customer Name = full_name
        people | Client = - · Cell Phone = phone · Town = city · Postcode = postal_code · Employer = account
        people | Role = job_title · Kunde = account · Prénom = first_name · Nom = last_name · Apellidos = last_name
    """,
    "account": """
        Salesforce | Account ID = external_id · Account Name = name · ParentId = parent · Parent Account ID = parent
        Salesforce | Parent Account = parent · BillingCountry = country · Billing Country = country · Website = domain
        Salesforce | Industry = industry · AnnualRevenue = annual_revenue · NumberOfEmployees = employees
        Salesforce | Employees = employees · Account Owner = owner · Description = notes · Type = - · SicDesc = -
        HubSpot | Company name = name · Company Domain Name = domain · Company owner = owner
        HubSpot | Number of Employees = employees · Annual Revenue = annual_revenue · Country/Region = country
        HubSpot | Website URL = domain · Parent Company = parent · Record ID = external_id
        Pipedrive | Organization - ID = external_id · Organization - Name = name · Organization - Owner = owner
        Pipedrive | Organization - Label = tags · Organization - Organization created = created_at
        Zoho | No. of Employees = employees · Parent Account = parent · Billing Country = country
        Zoho | Account Name = name
        SuiteCRM | Member of = parent · employees = employees · billing_address_country = country · website = domain
        people | Company = name · Firma = name · Branche = industry · Mitarbeiter = employees
        people | Umsatz = annual_revenue · Headcount = employees · Web = domain · Company Size = employees
        people | Sector = industry · URL = domain · Revenue = annual_revenue
    """,
    "opportunity": """
        Salesforce | Opportunity ID = external_id · Opportunity Name = name · StageName = stage
        Salesforce | CloseDate = close_date · Close Date = close_date · AccountId = account · Account Name = account
        Salesforce | Amount = amount · Probability (%) = probability · ForecastCategoryName = forecast
        Salesforce | NextStep = next_step · CurrencyIsoCode = currency · Opportunity Owner = owner · IsWon = is_won
        Salesforce | IsClosed = is_closed · Closed = is_closed · ContactId = customer · Primary Contact = customer
        Salesforce | Created Date = created_at · Loss Reason = lost_reason · Account Owner = - · Created By = -
        Salesforce | Lead Source = -
        HubSpot | Deal ID = external_id · Deal Name = name · Deal Stage = stage · Deal owner = owner
        HubSpot | Associated Company = account · Associated Contact = customer · Closed Lost Reason = lost_reason
        HubSpot | Deal probability = probability · Create Date = created_at · Amount in company currency = -
        HubSpot | Currency = currency · Is Closed Won = is_won · Deal Type = -
        Pipedrive | Deal - Title = name · Deal - Value = amount · Deal - Currency of Value = currency
        Pipedrive | Deal - Stage = stage · Deal - Status = status · Deal - Organization = account
        Pipedrive | Deal - Contact person = customer
        Pipedrive | Deal - Owner = owner · Deal - Expected close date = close_date · Deal - Lost reason = lost_reason
        Pipedrive | Deal - Deal created = created_at · Deal - ID = external_id · Deal - Probability = probability
        Pipedrive | Deal - Won time = close_date
        Zoho | Closing Date = close_date · Contact Name = customer · Deal Owner = owner
        Zoho | Reason For Loss = lost_reason · Next Step = next_step · Expected Revenue = amount
        Freshsales | Deal value = amount · Expected close date = close_date · Closed date = close_date
        Freshsales | Sales account = account · Lost reason = lost_reason · Deal stage = stage
        Espo | amountCurrency = currency · closeDate = close_date · assignedUserName = owner · stage = stage
        Espo | contactName = customer
        SuiteCRM | sales_stage = stage · date_closed = close_date · currency_id = currency · account_name = account
        SuiteCRM | next_step = next_step
        Dynamics | Topic = name · Est. Revenue = amount · Est. Close Date = close_date · Potential Customer = account
        Dynamics | Contact = customer
        people | Deal = - · DealAmount = amount · Amount (EUR) = amount · Value = amount · Customer = customer
        people | Company = account · Client = customer · Client Name = customer · Sales Person = owner · Phase = stage
        people | Betrag = amount · Kunde = account · Abschlussdatum = close_date · Wahrscheinlichkeit = probability
        people | sales_agent = owner · close_value = amount · opportunity_id = external_id · deal_stage = stage
        people | account = account · Website = account · Contact Email = customer
    """,
    "case": """
        Salesforce | Case ID = external_id · CaseNumber = external_id · Subject = subject · Status = status
        Salesforce | Priority = priority · Case Owner = assignee · ContactId = customer · Contact Name = customer
        Salesforce | Contact Email = customer · AccountId = account · Case Origin = origin · Origin = origin
        Salesforce | Date/Time Opened = created_at · Opened Date = created_at · ClosedDate = closed_at
        Salesforce | Closed Date = closed_at · Date/Time Closed = closed_at · Description = description · Type = type
        Salesforce | Case Reason = -
        Zendesk | Ticket ID = external_id · Requester = customer · Requester name = customer
        Zendesk | Requester email = customer · Ticket Status = status · Ticket status = status · Assignee = assignee
        Zendesk | Assignee name = assignee · Group = team · Ticket group = team · Created at = created_at
        Zendesk | Solved at = resolved_at · Ticket created - Timestamp = created_at
        Zendesk | Ticket solved - Timestamp = resolved_at · Ticket subject = subject · Ticket priority = priority
        Zendesk | Ticket type = type · Organization = account · Via = origin · Ticket channel = origin
        Zendesk | Satisfaction Score = csat · Due date = resolve_by · Requested = created_at
        Freshdesk | Agent = assignee · Created time = created_at · Due by Time = resolve_by
        Freshdesk | Resolved time = resolved_at · Closed time = closed_at · Source = origin
        Freshdesk | Initial response time = responded_at · Company Name = account · Email = customer
        HubSpot | Ticket name = subject · Ticket description = description · Ticket owner = assignee
        HubSpot | Create date = created_at · Close date = closed_at · Ticket ID = external_id
        SuiteCRM | case_number = external_id · account_name = account · date_entered = created_at · name = subject
        SuiteCRM | assigned_user_name = assignee
        people | Ticket = subject · Issue = subject · Summary = subject · Severity = priority · Reported by = -
        people | Customer Email = customer · Opened = created_at · Assigned to = assignee · Category = type
        people | Betreff = subject · Urgency = priority
    """,
    "activity": """
        Salesforce | Activity ID = external_id · Subject = description · WhoId = who · WhatId = what
        Salesforce | ActivityDate = due_date · Due Date = due_date · Status = status · TaskSubtype = type
        Salesforce | OwnerId = owner · Assigned = owner · IsClosed = status · CallDisposition = outcome
        Salesforce | CompletedDateTime = done_at · Related To = what · Type = type · Date = due_date
        HubSpot | Task Title = description · Task Status = status · Task Type = type · Completed at = done_at
        HubSpot | Associated Deal = opportunity · Associated Contact = customer
        Pipedrive | Activity - Subject = description · Activity - Due date = due_date · Activity - Type = type
        Pipedrive | Activity - Deal = opportunity · Activity - Contact person = customer
        Pipedrive | Activity - Organization = account · Activity - Assigned to user = owner
        Pipedrive | Activity - Marked as done time = done_at · Activity - Done = done_at · Activity - ID = external_id
        Zoho | Task Owner = owner · Contact Name = customer · Call Duration (in minutes) = minutes
        Zoho | Closed Time = done_at
        Espo | dateStart = due_date · parentType = - · assignedUserName = owner · name = description
        people | Task = description · To-do = description · Deadline = due_date · Deal ID = opportunity
        people | Ticket ID = case · Lead ID = lead · Company = account · Result = outcome · Start = due_date
        people | Contact = customer · Email = customer
    """,
}
"""For each entity the headers by where they come from, each with the field it fills, or - where it
fills none.
"""


def each() -> list[tuple[str, str, str, str]]:
    """Return every header: entity, where it comes from, header, field."""
    found = []
    for entity, lines in TABLE.items():
        for line in lines.strip().splitlines():
            system, _, headers = line.partition("|")
            for pair in headers.split(" · "):
                header, _, name = pair.strip().rpartition(" = ")
                found.append((entity, system.strip(), header, "" if name == "-" else name))
    return found
