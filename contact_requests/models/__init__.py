from .deleted_row import DeletedRow
from .office_page import OfficePage
from .picture import PropertyPicture
from .property import Property, PropertyNumber
from .property_import import PropertyImport, PropertyImportRow
from .request import ContactRequest, ContactRequestEvent, InvalidTransitionError
from .request_count import ContactRequestCount

__all__ = [
    "ContactRequest",
    "ContactRequestCount",
    "ContactRequestEvent",
    "DeletedRow",
    "InvalidTransitionError",
    "OfficePage",
    "Property",
    "PropertyImport",
    "PropertyImportRow",
    "PropertyNumber",
    "PropertyPicture",
]
