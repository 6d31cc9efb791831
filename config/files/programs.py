"""Programs: files that run something when they are opened, by their first bytes and the ending of their name."""

from pathlib import PurePosixPath

PROGRAM_SIGNATURES = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xfe\xed\xfa",
    b"L\0\0\0\x01\x14\x02\0",
)
# Programs, scripts, links, installers, documents with macros.
RUNNABLE = (
    "exe com scr pif bat cmd msi msix msp cpl dll sys drv ocx gadget js jse mjs vbs vbe ws wsf wsh wsc ps1 psm1 sh "
    "bash zsh command app jar apk lnk url desktop reg inf hta chm iso img vhd vhdx dmg pkg deb rpm docm dotm xlsm "
    "xltm xlam xll pptm potm ppam ppsm sldm one py pl php rb "
    "accda accdb accde ade adp application appref-ms bas diagcab dqy fxp hlp iqy library-ms mad mam mda mdb mde msc "
    "msh mst oqy plg ppa prf prg rdp rqy scf sct search-ms searchconnector-ms settingcontent-ms shb shs slk theme vb "
    "wll xbap"
)
RUNNABLE_SUFFIXES = frozenset(RUNNABLE.split())
# Pages, in which a browser runs scripts.
PAGE_SUFFIXES = frozenset({"htm", "html", "xhtml", "mht", "mhtml", "shtml", "svg", "xsl"})


def suffix_of(filename: str) -> str:
    """The ending without its dot, in small letters."""
    return PurePosixPath(filename.lower()).suffix[1:]
