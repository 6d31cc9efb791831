"""Privacy: what is known of a person is handed over, erased, or deleted when it was kept long enough.

An app above hands in its part by a module `privacy` with `PARTS`, a list of `Part`;
`topics_of(person)`, the topics of messages (`contacts.topics`) that are the person's; and `words_in_copies(person)`,
further texts by which copies of the person's data are recognised.
"""
