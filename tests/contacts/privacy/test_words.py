"""How copies of a person's data are recognised."""

from contacts.privacy.copies import Words

ID, OTHER = "0d19e4fa-c3d2-4a6a-946f-1dd0ce0cb25c", "57bd7338-e0e7-4e70-ad74-a1b6fb4615f3"


def test_ids_are_found_wherever_they_stand():
    words = Words([ID, "anna@example.org"])
    for text in (ID, ID.upper(), f'["message:{ID}"]', f"{OTHER}-{ID}", f"a{ID}b", f"{OTHER[:-8]}{ID}"):
        assert words.are_in(text) and words.ids_are_in(text)
    for text in ("", OTHER, ID[:-1], ID.replace("-", "")):
        assert not words.are_in(text)


def test_other_words_are_found_in_texts_of_any_case():
    words = Words([ID, "anna@example.org", '"inquiry_id":7,'])
    assert words.are_in("To: ANNA@example.org") and words.are_in('{"inquiry_id":7,"x":1}')
    assert not words.ids_are_in("To: ANNA@example.org")
    assert not words.are_in('{"inquiry_id":77,"x":1}')


def test_without_words_nothing_is_found():
    assert not Words([]).are_in(f"anything {ID}")
