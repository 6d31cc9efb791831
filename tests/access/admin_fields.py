"""Fields that staff change in a row with the rights to view and change its model alone; none without an entry."""

CHANGEABLE: dict[str, set[str]] = {
    "Pro": {"cni_required", "country", "email", "language", "name", "phone", "plan", "time_zone"},
    "User": {"email", "is_active", "language", "name", "password", "pro", "role", "userhub_id"},
    # The person whose account the token ends with; somebody of its own Pro.
    "ApiToken": {"owner"},
    "Contact": {"name"},
    "Property": {"city", "description", "is_published", "price", "reference", "slug", "state", "summary", "title"},
    "Inquiry": {"case_id", "category", "contact", "filter_options", "priority"},
    "InquiryType": {"color", "description", "icon", "icon_type", "is_active", "name", "slug", "sort_order"},
    "FilterOption": {"group", "is_active", "label", "sort_order"},
}
# Of an account of staff: their own, and anybody else's. "password" is a link to a page of its own, which refuses them.
OWN_ACCOUNT = {"email", "is_active", "language", "name", "password"}
STAFF_ACCOUNT: set[str] = set()
# What superusers change besides.
FOR_SUPERUSERS: dict[str, set[str]] = {
    "User": {"groups", "is_staff", "is_superuser", "user_permissions"},
}
