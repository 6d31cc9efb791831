"""Names of this app's rows in the audit."""

from .audit_list import RowName
from .models import ApiToken, IdentityDocument, Pro, User


def find_names(label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
    """People, tokens, identity documents and the Pro; see `audit_list.NameFinder`."""
    rows: list = []
    if label == "accounts.user":
        rows = list(User.objects.filter(pro=pro, pk__in=ids))
    elif label == "accounts.apitoken":
        rows = list(ApiToken.objects.for_pro(pro).filter(pk__in=ids))
    elif label == "accounts.identitydocument":
        return {str(row.pk): RowName(row.filename) for row in IdentityDocument.objects.for_pro(pro).filter(pk__in=ids)}
    elif label == "accounts.pro":
        rows = [pro] if str(pro.pk) in ids else []
    return {str(row.pk): RowName(str(row)) for row in rows}
