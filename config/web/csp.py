"""The Content-Security-Policy of pages, and that of Django's admin."""

from django.utils.csp import CSP

REPORTS_PATH, MAX_REPORT = "/csp-reports", 16 * 1024  # bytes
_FROM_HERE = (
    "script-src",
    "style-src",
    "img-src",
    "media-src",
    "font-src",
    "connect-src",
    "manifest-src",
    "form-action",
)
_FOR_ALL = {
    "default-src": [CSP.NONE],
    **{directive: [CSP.SELF] for directive in _FROM_HERE},
    **{directive: [CSP.NONE] for directive in ("base-uri", "frame-ancestors")},
}
_REPORTS = {"report-uri": [REPORTS_PATH], "report-to": ["csp"]}
# Text becomes markup, script or the address of one only by the policy that app.js makes.
CONTENT_SECURITY_POLICY = {
    **_FOR_ALL,
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["default"],
    **_REPORTS,
}
# The scripts of Django's admin write markup themselves.
ADMIN_CONTENT_SECURITY_POLICY = {**_FOR_ALL, **_REPORTS}
