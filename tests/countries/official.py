"""What countries are called officially, by ISO 3166-1 and the United Nations, and what people call
them besides.
"""

OFFICIAL = """
AD Principality of Andorra; AE The United Arab Emirates, Emirates, UAE; AF Islamic Republic of Afghanistan, Islamic
Emirate of Afghanistan; AG Antigua; AL Republic of Albania; AM Republic of Armenia; AO Republic of Angola; AR
Argentine Republic, Republic of Argentina, The Argentine; AT Republic of Austria, Republik Österreich; AU Commonwealth
of Australia; AZ Republic of Azerbaijan; BA Bosnia, Bosnia-Herzegovina; BB Republic of Barbados; BD People's Republic
of Bangladesh; BE Kingdom of Belgium; BF Upper Volta; BG Republic of Bulgaria; BH Kingdom of Bahrain; BI Republic of
Burundi; BJ Republic of Benin, Dahomey; BL St. Barths, Saint Barts; BN Brunei Darussalam, Nation of Brunei; BO Bolivia
Plurinational State of, Plurinational State of Bolivia; BQ Bonaire, Bonaire Sint Eustatius and Saba; BR Federative
Republic of Brazil; BS Commonwealth of the Bahamas, The Bahamas; BT Kingdom of Bhutan; BW Republic of Botswana; BY
Republic of Belarus, Byelorussia, White Russia, Weißrussland; CC Cocos (Keeling) Islands, Keeling Islands; CD Congo
The Democratic Republic of the, Congo Democratic Republic of the, Democratic Republic of the Congo, Democratic
Republic of Congo, DRC, Congo-Kinshasa, Zaire; CF C.A.R.; CG Republic of the Congo, Congo Republic, Congo-Brazzaville,
Congo (the); CH Swiss Confederation, Confederatio Helvetica, Schweizerische Eidgenossenschaft; CI Côte d'Ivoire,
Republic of Côte d'Ivoire, Cote dIvoire; CL Republic of Chile; CM Republic of Cameroon; CN People's Republic of China,
PR China, P.R.C., Mainland China, China PR; CO Republic of Colombia; CR Republic of Costa Rica; CU Republic of Cuba;
CV Cabo Verde, Republic of Cabo Verde; CY Republic of Cyprus; CZ Czech Republic, The Czech Republic, Czechia,
Tschechei, Tschechische Republik, République tchèque, República Checa; DE Federal Republic of Germany, Bundesrepublik
Deutschland, BRD; DJ Republic of Djibouti; DK Kingdom of Denmark; DM Commonwealth of Dominica; DO The Dominican
Republic; DZ People's Democratic Republic of Algeria; EC Republic of Ecuador; EE Republic of Estonia; EG Arab Republic
of Egypt; EH Sahrawi Arab Democratic Republic; ER State of Eritrea; ES Kingdom of Spain; ET Federal Democratic
Republic of Ethiopia; FI Republic of Finland; FJ Republic of Fiji; FK Falkland Islands (Malvinas), Falklands,
Malvinas; FM Federated States of Micronesia, Micronesia Federated States of; FO Faeroe Islands, Faroes; FR French
Republic, République française, Metropolitan France; GA Gabonese Republic; GB United Kingdom of Great Britain and
Northern Ireland, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, The United Kingdom, UK,
Großbritannien, Grande-Bretagne, Gran Bretaña, Gran Bretagna, Angleterre, Inglaterra, Inghilterra, Schottland; GE
Republic of Georgia; GH Republic of Ghana; GM Republic of The Gambia, The Gambia; GN Republic of Guinea; GQ Republic
of Equatorial Guinea; GR Hellenic Republic, Hellas; GS South Georgia and the South Sandwich Islands; GT Republic of
Guatemala; GW Republic of Guinea-Bissau; GY Co-operative Republic of Guyana; HK Hong Kong SAR, Hong Kong SAR China,
HKSAR; HM Heard Island and McDonald Islands; HN Republic of Honduras; HR Republic of Croatia; HT Republic of Haiti; HU
Republic of Hungary; ID Republic of Indonesia; IE Republic of Ireland, Eire, Irish Republic; IL State of Israel; IM
Man Island; IN Republic of India, Bharat; IQ Republic of Iraq; IR Iran Islamic Republic of, Islamic Republic of Iran,
Persia; IS Republic of Iceland; IT Italian Republic, Repubblica Italiana; JO Hashemite Kingdom of Jordan; KE Republic
of Kenya; KG Kyrgyz Republic, Kirghizia; KH Kingdom of Cambodia, Kampuchea; KI Republic of Kiribati; KM Union of the
Comoros, The Comoros; KN St. Kitts, Saint Christopher and Nevis; KP Korea Democratic People's Republic of, Democratic
People's Republic of Korea, DPRK, D.P.R. Korea; KR Republic of Korea, Korea Republic of, Korea South, Korea, R.O.K.;
KW State of Kuwait; KY The Caymans; KZ Republic of Kazakhstan; LA Lao People's Democratic Republic, Lao PDR, Lao; LB
Lebanese Republic; LI Principality of Liechtenstein; LK Democratic Socialist Republic of Sri Lanka, Ceylon; LR
Republic of Liberia; LS Kingdom of Lesotho; LT Republic of Lithuania; LU Grand Duchy of Luxembourg; LV Republic of
Latvia; LY State of Libya, Libyan Arab Jamahiriya; MA Kingdom of Morocco; MC Principality of Monaco; MD Moldova
Republic of, Republic of Moldova; MF Saint Martin (French part); MG Republic of Madagascar; MH Republic of the
Marshall Islands; MK Republic of North Macedonia, Macedonia, FYROM, Macedonia the former Yugoslav Republic of, The
former Yugoslav Republic of Macedonia; ML Republic of Mali; MM Republic of the Union of Myanmar, Burma, Birma,
Birmanie; MN Outer Mongolia; MO Macao, Macao SAR, Macau SAR; MR Islamic Republic of Mauritania; MT Republic of Malta;
MU Republic of Mauritius; MV Republic of Maldives, The Maldives; MW Republic of Malawi; MX United Mexican States; MZ
Republic of Mozambique; NA Republic of Namibia; NE Republic of the Niger, Republic of Niger; NG Federal Republic of
Nigeria; NI Republic of Nicaragua; NL Kingdom of the Netherlands, The Netherlands, Netherlands Kingdom of the,
Holland, Hollande, Holanda, Olanda; NO Kingdom of Norway; NP Federal Democratic Republic of Nepal; NR Republic of
Nauru; NZ Aotearoa; OM Sultanate of Oman; PA Republic of Panama; PE Republic of Peru; PG Independent State of Papua
New Guinea, PNG; PH Republic of the Philippines, The Philippines; PK Islamic Republic of Pakistan; PL Republic of
Poland; PN Pitcairn Islands; PS Palestine State of, State of Palestine, Palestinian Territory, Palestinian Territory
Occupied, Palestinian Territories, West Bank and Gaza; PT Portuguese Republic; PW Republic of Palau; PY Republic of
Paraguay; QA State of Qatar; RE Reunion Island; RS Republic of Serbia; RU Russian Federation, The Russian Federation;
RW Rwandese Republic, Republic of Rwanda; SA Kingdom of Saudi Arabia, KSA; SC Republic of Seychelles, The Seychelles;
SD Republic of the Sudan, The Sudan; SE Kingdom of Sweden; SG Republic of Singapore; SH Saint Helena Ascension and
Tristan da Cunha; SI Republic of Slovenia; SJ Svalbard; SK Slovak Republic; SL Republic of Sierra Leone; SM Republic
of San Marino; SN Republic of Senegal; SO Federal Republic of Somalia; SR Republic of Suriname, Surinam; SS Republic
of South Sudan; ST Democratic Republic of Sao Tome and Principe; SV Republic of El Salvador; SX Sint Maarten (Dutch
part), St. Maarten; SY Syrian Arab Republic; SZ Kingdom of Eswatini, Swaziland; TC Turks and Caicos; TD Republic of
Chad; TF French Southern and Antarctic Lands; TG Togolese Republic; TH Kingdom of Thailand, Siam; TJ Republic of
Tajikistan; TL Democratic Republic of Timor-Leste, East Timor; TN Republic of Tunisia; TO Kingdom of Tonga; TR
Republic of Türkiye, Republic of Turkey, Türkiye, Turkiye; TT Republic of Trinidad and Tobago, Trinidad; TW Taiwan
Province of China, Taiwan R.O.C., Republic of China, Chinese Taipei, Formosa; TZ Tanzania United Republic of, United
Republic of Tanzania, Tanganyika; UA The Ukraine; UG Republic of Uganda; UM United States Minor Outlying Islands; US
United States of America, The United States of America, The United States, America, USA, U.S. of A., The USA; UY
Eastern Republic of Uruguay, Oriental Republic of Uruguay; UZ Republic of Uzbekistan; VA Holy See, The Holy See,
Vatican City State, Holy See (Vatican City State), Vatican; VC St. Vincent; VE Venezuela Bolivarian Republic of,
Bolivarian Republic of Venezuela; VG Virgin Islands British; VI Virgin Islands U.S., Virgin Islands of the United
States; VN Viet Nam, Socialist Republic of Viet Nam, Socialist Republic of Vietnam; VU Republic of Vanuatu, New
Hebrides; WS Independent State of Samoa, Western Samoa; YE Republic of Yemen; ZA Republic of South Africa, RSA; ZM
Republic of Zambia; ZW Republic of Zimbabwe, Rhodesia
"""


def official() -> dict[str, list[str]]:
    """Return the names of each country by its two letters."""
    found = {}
    for entry in " ".join(OFFICIAL.split()).split("; "):
        code, names = entry.split(" ", 1)
        found[code] = [name.strip() for name in names.split(", ")]
    return found
