### Who saw my data.

cabinet-accesses = Who saw my data
accesses-lead = Here is everybody who opened data of yours that are not public, or tried to. Your own views are not recorded. Several views of one record within ten minutes are one line.
accesses-none = Nobody has opened your data
accesses-none-next = When an official opens your case, you will see here who, when and what for.
accesses-more = Earlier ones
access-seen = Seen
access-refused = Tried, not let in
access-why = What for:
access-official = official
access-holder = holder of the platform
access-technical = technical administrator of the platform
access-auditor = auditor
accesses-person = another person
