"""Column names of two registration exports, as facts: what a league's export looks like from outside."""

SPORTS_CONNECT = tuple(
    """Program Name|Division Name|Account First Name|Account Last Name|Player First Name|Player Last Name|Player Gender|
Player Birth Date|Street Address|Unit|City|State|Postal Code|User Email|Telephone|Cellphone|Other Phone|Team Name|Order Date|
Order No|Order Detail Description|OrderItem Amount|OrderItem Amount Paid|OrderItem Balance|Order Payment Status|Jersey Size|
Player Allergies|Player Emergency Contact First Name|Player Emergency Contact Last Name|Player Emergency Telephone|
Player Insurance Company|Player Insurance Policy Holder|Player Insurance Policy Number|Player Physical Conditions|
Player Waiver|Player Verification Waiver|Shorts Size|Socks Size|Pants Size|Special Player Request|Tetanus Shot|
Tetanus Shot Date|Position Played|Race Estimated Finish Time|Race Shirt|New Or Returning|School Name|Little League School Name|
Current Grade|Rising Grade|Teammate Request|Coach Request|Previous Coach|Years of Experience|USL Membership Number|
Little League Eligibility|Association Player ID|Division Id|Division Start Date|Division End Date|Division Price|
Division Gender|Division Open Registration|Division Close Registration|Division Max Players|Division Accept Deposits|
Division Deposit Amount|Division Tryout Fee Amount|Division Minimum Age|Division Maximum Age|Enabled Wait List|
Order Detail Program Name|Order Detail Division Name|Order Deposit Only|Order Deposit Only Amount|Order Detail Player Id|
Order Amount|Order Time Stamp|Billing First Name|Billing Last Name|Billing Address|Last 4 of CC|Order Card Expiry Month|
Order Card Expiry Year|Orders Order Notes|Order Status|Order Payment Message|Order Payment Amount|User Paid CC Fee|
User Paid Registration Fee|Admin Paid CC Fee|Admin Paid Registration Fee|Total Payment Amount|Order Payment Method|
Non-Volunteer Fee|Order Id|Order Notes|ODP Order Detail Payment Id|ODP Order Detail Id|ODP Payment History Id|
ODP Paid Amount|ODP Paid Reg Fee|ODP Paid CC Fee|ODP Created By|ODP Created Date|OPH Order Id|OPH Payment Date|
OPH Bill To First Name|OPH Bill To Last Name|OPH Bill To Address|OPH Bill To City|OPH Bill To State|OPH Bill To Zip|
OPH Payment Amount|OPH Payment Method|OPH Order Notes|OPH Credit Card Number|OPH Card Expiry Month|OPH Card Expiry Year|
OPH Transaction Id|OPH Auth Code|OPH Avs Code|OPH Payment Status|OPH Is Open Order Payment|OPH Order Payment History Id|
OPH Old Order Payment History Id|OPH Credit Card Type|OPH CC Fee|OPH Per Reg Fee|Player Id|Player Middle Initial|
Birth Date Time Stamp|Player Age|Little League Age (Baseball)|Little League Age (Softball)|Player Email|Player Street|
Player Unit|Player City|Player State|Player Postal Code|Player Telephone|Player State Abbreviation|Player Cellphone|
Registration Number|Player Jersey Number|Player Evaluation Comment|Player Evaluation Rating|Numeric Ranking (Auto Assign)|
Birth Certificate Note|Recent Team|Tryout Rejection Email Sent|Tryout Acceptance Status|Tryout Acceptance Email Status|
New Registrant|Play Down|Birth Certificate|Verification Note|Player Suffix|Weight|Associated Team Staff""".replace(
        "\n", ""
    ).split("|")
)

TEAMSNAP = tuple(
    """First Name|Last Name|Birthdate|Mobile phone|Other phone|Street|Street Line Two|City|State/Province/County|Postal code|
Jersey #|Position|School|Shirt size|Role label|Is Coach|Is Non-Player""".replace("\n", "").split("|")
)
