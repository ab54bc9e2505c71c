"""Reads safetensors files with nothing but the standard library, and holds them to the digests of torch.load.

python3 read.py MANIFEST FOLDER
"""
import hashlib
import json
import os
import struct
import sys

manifest, folder = sys.argv[1:]
agree = 0
for case in json.load(open(manifest)):
    if "refuse" in case:
        continue
    with open(os.path.join(folder, case["file"] + ".safetensors"), "rb") as f:
        data = f.read()
    (n,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + n].decode("utf-8"))
    assert header.pop("__metadata__")["format"] == "pt", case["file"]
    body, end = data[8 + n:], 0
    assert set(header) == set(case["tensors"]), case["file"]
    for name, t in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = t["data_offsets"]
        assert begin == end, (case["file"], name, "a hole")
        end = stop
        got = [t["dtype"], t["shape"], hashlib.sha256(body[begin:stop]).hexdigest()]
        assert got == case["tensors"][name], (case["file"], name, got)
    assert end == len(body), case["file"]
    agree += 1
print(agree, "files agree")
