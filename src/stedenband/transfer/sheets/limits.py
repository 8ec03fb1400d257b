"""How large a file may be, in every direction in which one can be made to hurt."""

MOST_ROWS = 100_000
"""Rows below the headings."""
MOST_COLUMNS = 500
LONGEST_CELL = 100_000
"""Characters in a cell; Excel itself takes 32,767."""
LONGEST_ROW = 1_000_000
"""Characters, or bytes, of a row as it stands in a file: an endless line costs no more than this."""
LARGEST_UNPACKED = 512 * 1024 * 1024
"""Bytes of all parts of a workbook together once they are unpacked: about four times what MOST_ROWS take."""
MOST_TIMES_LARGER = 400
"""How many times larger an unpacked part may be than it is packed; a sheet of equal rows comes to a quarter of this."""
SMALL_PART = 1024 * 1024
"""Bytes up to which a part may be packed however tightly."""
MOST_PARTS = 2_000
"""Files in the archive that a workbook is."""
LONGEST_TAG = 1024 * 1024
"""Bytes of one piece of XML, such as a tag with its attributes."""
MOST_STYLES = 65_536
"""Excel takes 65,490 formats of cells."""
MOST_TEXTS = 5_000_000
"""Texts that the cells of a workbook share."""
BLOCK = 64 * 1024
"""Bytes that are read at once."""
