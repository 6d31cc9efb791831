"""Types of the parts that reports on a delivery consist of."""

# A report repeats the e-mail that it is about: all of it, or its headers.
RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers")
# A report's result.
REPORT_TYPES = ("message/delivery-status", "text/delivery-status")
