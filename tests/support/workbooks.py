"""Workbooks written by hand, which every reader of XLSX takes whatever odd cells are in them."""

from __future__ import annotations

import zipfile

NS = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{NS}/spreadsheetml/2006/main"'
OFFICE = f"{NS}/officeDocument/2006/relationships"
KINDS = {
    "workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "s1": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
    "s2": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
    "sharedStrings": "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
    "styles": "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
}
# Number formats: the style n + 1 has the n-th of them.
FORMATS = (
    "General",
    "0",
    "0.00",
    "#,##0",
    "00000",
    "0%",
    "yyyy-mm-dd",
    "h:mm",
    "@",
    "# ?/?",
    '"ID-"0',
    "0.00E+00",
    "[<=99999]00000;00000-0000",
    "aaaa",
    "[Red]0;[Red]-0",
    "General_)",
)
STRINGS = (
    "<si><t>shared</t></si>",
    "<si><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r></si>",
    "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>",
    "<si><t xml:space='preserve'>  </t></si>",
    "<si><t/></si>",
    "<si><t>last</t></si>",
)


def relations(*targets: tuple[str, str]) -> str:
    found = "".join(
        f"<Relationship Id='r{number}' Type='{OFFICE}/{kind}' Target='{target}'/>"
        for number, (kind, target) in enumerate(targets)
    )
    return f"<Relationships xmlns='{NS}/package/2006/relationships'>{found}</Relationships>"


def file_of(path, rows, *, after="", sheet="", book="", properties="", strings=STRINGS):
    """A workbook that every reader takes, with these rows below the header `email, code`."""
    names = "".join(
        f"<c r='{place}1' t='inlineStr'><is><t>{name}</t></is></c>" for place, name in (("A", "email"), ("B", "code"))
    )
    own = "".join(f"<numFmt numFmtId='{164 + n}' formatCode='{escaped(code)}'/>" for n, code in enumerate(FORMATS))
    styles = "<xf/>" + "".join(f"<xf numFmtId='{164 + n}'/>" for n in range(len(FORMATS)))
    second = "<sheet name='Two' sheetId='2' state='hidden' r:id='r1'/>" if sheet else ""
    parts = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "s1.xml"),
            ("worksheet", "s2.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/workbook.xml": f"<workbook {MAIN} xmlns:r='{OFFICE}'>{properties}<sheets>"
        f"<sheet name='One' sheetId='1' r:id='r0'/>{second}</sheets>{book}</workbook>",
        "xl/s1.xml": f"<worksheet {MAIN}><sheetData><row r='1'>{names}</row>{rows}</sheetData>{after}</worksheet>",
        "xl/s2.xml": f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{''.join(strings)}</sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}><numFmts>{own}</numFmts><fonts><font/></fonts><fills><fill><patternFill/>"
        f"</fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>{styles}</cellXfs>"
        "<cellStyles><cellStyle name='Normal' xfId='0' builtinId='0'/></cellStyles></styleSheet>",
    }
    types = "".join(f"<Override PartName='/xl/{name}.xml' ContentType='{kind}'/>" for name, kind in KINDS.items())
    parts["[Content_Types].xml"] = (
        f"<Types xmlns='{NS}/package/2006/content-types'><Default Extension='rels' "
        f"ContentType='application/vnd.openxmlformats-package.relationships+xml'/>{types}</Types>"
    )
    with zipfile.ZipFile(path, "w") as zipped:
        for name, text in parts.items():
            zipped.writestr(name, text)
    return str(path)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;")
