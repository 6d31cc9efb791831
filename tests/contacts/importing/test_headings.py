"""Headings of other programs' exports are recognised by general rules."""

import pytest

from contacts.importing.headings import recognise_columns

# What each program writes, and the fields of its columns, "-" for an ignored one.
EXPORTS = {
    "Google": (
        "First Name,Middle Name,Last Name,Name Prefix,Nickname,File As,Organization Name,Organization Title,Birthday,"
        "Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Label,"
        "Phone 1 - Value,Website 1 - Value",
        "first_name - last_name - - - company - - note - - email email - phone -",
    ),
    "Google, formerly": (
        "Name,Given Name,Additional Name,Family Name,Yomi Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
        "Phone 1 - Type,Phone 1 - Value,Organization 1 - Name,Organization 1 - Department",
        "name first_name - last_name - - - email - phone company -",
    ),
    "Outlook": (
        "Title,First Name,Middle Name,Last Name,Company,Department,Business Street,Assistant's Phone,Business Fax,"
        "Business Phone,Business Phone 2,Callback,Company Main Phone,Home Fax,Home Phone,Mobile Phone,Other Phone,"
        "Pager,Primary Phone,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Manager's Name,Notes,"
        "Referred By",
        "- first_name - last_name company - - - - phone phone - phone - phone phone phone - "
        "phone email - - email - note referral_source",
    ),
    "Outlook, French": (
        "Titre|Prénom|Deuxième prénom|Nom|Société|Rue (bureau)|Télécopie (bureau)|Téléphone (bureau)|"
        "Téléphone 2 (bureau)|Téléphone société|Téléphone (domicile)|Tél. mobile|Téléphone principal|Téléphone TDD/TTY|"
        "Adresse de messagerie|Type de messagerie|Nom complet de l'adresse de messagerie|Adresse de messagerie 2",
        "- first_name - last_name company - - phone phone phone phone phone phone - email - - email",
    ),
    "Outlook, Dutch": (
        "Titel|Voornaam|Middelste naam|Achternaam|Bedrijf|Werkadres, straat|Fax op werk|Telefoon op werk|"
        "Telefoon op werk 2|Hoofdtelefoon bedrijf|Telefoon thuis|Mobiele telefoon|Andere telefoon|E-mailadres|"
        "E-mailtype|E-mail, weergavenaam|E-mailadres 2|Notities",
        "- first_name - last_name company - - phone phone phone phone phone phone email - - email note",
    ),
    "Outlook, German": (
        "Anrede|Vorname|Weitere Vornamen|Nachname|Firma|Fax geschäftlich|Telefon geschäftlich|Telefon privat|"
        "Mobiltelefon|Weiteres Telefon|E-Mail-Adresse|E-Mail-Typ|E-Mail: Angezeigter Name|Notizen",
        "- first_name - last_name company - phone phone phone phone email - - note",
    ),
    "Thunderbird": (
        "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,"
        "Fax Number,Pager Number,Mobile Number,Home Address,Organization",
        "first_name last_name name - email email - phone phone - - phone - company",
    ),
    "Thunderbird, French": (
        "Prénom,Nom de famille,Nom à afficher,Surnom,Première adresse électronique,Adresse électronique secondaire,"
        "Pseudonyme,Téléphone professionnel,Téléphone personnel,Tél. portable",
        "first_name last_name name - email email - phone phone phone",
    ),
    "Thunderbird, German": (
        "Vorname,Nachname,Anzeigename,Spitzname,Primäre E-Mail-Adresse,Sekundäre E-Mail-Adresse,Tel. dienstlich,"
        "Tel. privat,Fax-Nummer,Mobil-Tel.-Nr.",
        "first_name last_name name - email email phone phone - phone",
    ),
    "Thunderbird, Dutch": (
        "Voornaam,Achternaam,Weergavenaam,Bijnaam,Primair e-mailadres,Secundair e-mailadres,Werktelefoon,Thuistelefoon,"
        "Faxnummer,Mobiel nummer",
        "first_name last_name name - email email phone phone - phone",
    ),
    "HubSpot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner,Lead Status,"
        "Associated Company,Email Domain,Additional email addresses,Unsubscribed from all email,Number of Notes",
        "- first_name last_name email phone phone - - company - email - -",
    ),
    "Salesforce": (
        "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Phone,Mobile,Fax,Asst. Phone,Home Phone,"
        "Email,Email Opt Out,Account Owner,Lead Source",
        "- first_name last_name - company - phone phone - - phone email - - -",
    ),
    "Pipedrive": (
        "Person - Name,Person - Organization,Person - Email - Work,Person - Email - Home,Person - Phone - Mobile,"
        "Person - Owner,Person - ID,Organization - Name,Organization - Address,Person - Open deals",
        "name company email email phone - - company - -",
    ),
    "Pipedrive, Dutch": ("Persoon - Naam,Persoon - E-mail - Werk,Persoon - Telefoon - Mobiel", "name email phone"),
    "WooCommerce": (
        "Order Number,Billing First Name,Billing Last Name,Billing Company,Billing Email,Billing Phone,"
        "Billing Address 1,Shipping First Name,Customer Note",
        "- first_name last_name company email phone - - note",
    ),
    "Mailchimp": (
        "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,TAGS",
        "email first_name last_name - phone - - - -",
    ),
    "a form": (
        "Votre nom *,Votre adresse e-mail (obligatoire),Tél. du contact,Sujet,Nom du bien",
        "name email phone - -",
    ),
    "a program": ("emailAddress,firstName,lastName,phoneNumber,userName", "email first_name last_name phone -"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_columns_of_an_export(name):
    line, fields = EXPORTS[name]
    headings = line.split("|" if "|" in line else ",")
    expected = ["" if field == "-" else field for field in fields.split()]
    assert dict(zip(headings, recognise_columns(headings), strict=True)) == dict(zip(headings, expected, strict=True))


def test_a_word_that_only_holds_a_field_is_another_column(subtests):
    for heading in (
        "Hotel",
        "Detail",
        "Mailing list",
        "Home",
        "Number",
        "Address",
        "E-mail bounced",
        "Phone type",
        "Tags",
    ):
        with subtests.test(heading):
            assert recognise_columns([heading]) == [""]
