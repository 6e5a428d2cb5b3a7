"""Downloads one file, going on where an earlier attempt stopped: fetch.py URL FILE.

Prints the bytes present and the total after each piece. Standard library only; obeys the proxy variables.
"""

import os
import sys
import urllib.error
import urllib.request


def main(url, path):
    have = os.path.getsize(path) if os.path.exists(path) else 0
    request = urllib.request.Request(url, headers={"Range": "bytes=%d-" % have} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is missing
            return
        raise
    if response.status != 206:
        have = 0
    total = have + int(response.headers.get("Content-Length") or 0)
    with open(path, "ab" if have else "wb") as file:
        while True:
            piece = response.read(1 << 20)
            if not piece:
                break
            file.write(piece)
            have += len(piece)
            print(have, total, flush=True)
    if total and have < total:
        raise SystemExit("the connection ended after %d of %d bytes" % (have, total))


try:
    main(sys.argv[1], sys.argv[2])
except (OSError, urllib.error.URLError) as error:
    raise SystemExit("%s: %s" % (type(error).__name__, error))
