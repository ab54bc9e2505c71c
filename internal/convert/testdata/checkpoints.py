"""Writes checkpoints with torch.save into a folder, and what torch.load makes of each into manifest.json.

python3 checkpoints.py FOLDER           every checkpoint
python3 checkpoints.py FOLDER golden    the few small ones that are kept in testdata/golden

The names and digests of the manifest come from torch alone: nothing here shares code with the converter.
"""
import argparse
import collections
import hashlib
import json
import os
import sys

import torch
from torch import nn

out = sys.argv[1]
manifest = []

# Kept for machines without torch. Whole modules only as zip: in the legacy format they carry the source text of their class.
GOLDEN = """
f64-plain-zip f32-transposed-zip f32-transposed-legacy f16-stepped-zip bf16-columns-legacy i64-rows-zip i32-scalar-legacy
i16-empty-zip i8-flipped-zip u8-last-legacy bool-expanded-zip c64-transposed-legacy five-dimensions-zip reshaped-zip
inner-slices-legacy square-zip interleaved-zip not-a-number-legacy tied-zip unicode-zip bare-legacy list-zip int-keys-legacy
protocols-zip protocols-legacy trainer-sgd-zip trainer-plain-zip numpy-legacy module-shared-zip module-sequential-zip
module-lists-zip module-strict-linear-zip sparse-zip complex128-zip quantised-zip meta-zip nothing-legacy
""".split()

NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL", torch.complex64: "C64",
}
for name, short in [("float8_e4m3fn", "F8_E4M3"), ("float8_e5m2", "F8_E5M2"), ("uint16", "U16"), ("uint32", "U32"), ("uint64", "U64")]:
    if hasattr(torch, name):
        NAMES[getattr(torch, name)] = short


def raw(t):
    """The bytes of a tensor in logical order."""
    t = t.detach().resolve_conj().resolve_neg().contiguous()
    if t.dtype == torch.complex64:
        t = torch.view_as_real(t).contiguous()
    if t.numel() == 0:
        return b""
    return t.reshape(-1).view(torch.uint8).numpy().tobytes()


def flatten(x, path=()):
    if isinstance(x, torch.Tensor):
        yield path, x
    elif isinstance(x, nn.Module):
        for k, v in x.state_dict().items():
            yield path + (k,), v
    elif isinstance(x, dict):
        for k, v in x.items():
            yield from flatten(v, path + (str(k),))
    elif isinstance(x, (list, tuple)):
        for i, v in enumerate(x):
            yield from flatten(v, path + (str(i),))


def save(name, x, level="strict", root=None, refuse=None, **kw):
    for form in ("zip", "legacy"):
        for protocol in kw.get("protocols", (2,)):
            file = "%s-%s-p%d.pt" % (name, form, protocol)
            if sys.argv[2:] == ["golden"] and name + "-" + form not in GOLDEN:
                continue
            path = os.path.join(out, file)
            try:
                torch.save(x, path, pickle_protocol=protocol, _use_new_zipfile_serialization=form == "zip")
            except (RuntimeError, NotImplementedError, AttributeError) as e:
                print("not saved:", file, str(e)[:80])
                if os.path.exists(path):
                    os.remove(path)
                continue
            case = {"file": file, "level": level, "tensors": {}}
            if refuse:
                case["refuse"] = refuse
            else:
                for p, t in flatten(torch.load(path)):
                    if t.device.type == "meta":
                        continue
                    if root is not None:
                        assert p[0] == root
                        p = p[1:]
                    digest = hashlib.sha256(raw(t)).hexdigest()
                    case["tensors"][".".join(p) if p else "tensor"] = [NAMES[t.dtype], list(t.shape), digest]
            manifest.append(case)


torch.manual_seed(0)


def random(dtype, *shape):
    if dtype == torch.bool:
        return torch.rand(*shape) > 0.5
    if dtype.is_floating_point or dtype.is_complex:
        return torch.randn(*shape, dtype=torch.complex64 if dtype.is_complex else torch.float32).to(dtype)
    return torch.randint(0, 100, shape).to(dtype)


VIEWS = {
    "plain": lambda x: x,
    "rows": lambda x: x[1:3],
    "columns": lambda x: x[:, 1:4],
    "transposed": lambda x: x.t(),
    "stepped": lambda x: x[::2, ::3],
    "expanded": lambda x: x[:1].expand(3, x.shape[1]),
    "scalar": lambda x: x[2, 2],
    "empty": lambda x: x[:0],
    "last": lambda x: x.reshape(1, 2, 4, 3).permute(0, 2, 3, 1),
    "flipped": lambda x: x.flip(0),
}
for dtype in NAMES:
    x = random(dtype, 4, 6)
    for view, f in VIEWS.items():
        save("%s-%s" % (NAMES[dtype].lower(), view), collections.OrderedDict(a=f(x), b=random(dtype, 3)))

big = torch.randn(1500, 1700)
save("large-transposed", {"w": big.t(), "plain": big})
save("large-column", {"w": torch.randn(60000, 40)[:, 7]})
save("large-permuted", {"w": torch.randn(20, 30, 40, 50).permute(3, 1, 0, 2)})
save("channels-last", {"w": torch.randn(8, 3, 5, 7).to(memory_format=torch.channels_last)})
save("five-dimensions", {"w": torch.randn(2, 3, 4, 5, 6).permute(4, 2, 0, 3, 1)[1:4, ::2]})
a = torch.arange(100.0)
save("reshaped", {"a": a, "b": a.view(10, 10)})
save("inner-slices", {"a": a, "b": a[10:20], "c": a[50:60]})
w = torch.randn(6, 6)
save("square", {"w": w, "t": w.t()})
x = torch.randn(10)
save("interleaved", {"x": x[0::2], "y": x[1::2]})
save("not-a-number", {"a": torch.tensor([float("nan"), float("inf"), -0.0])})
emb = nn.Parameter(torch.randn(50, 8))
save("tied", {"embed.weight": emb, "lm_head.weight": emb, "other": torch.randn(4)})
save("tied-small", {"a": torch.zeros(2), "b": torch.zeros(2), "z": torch.randn(1000)})
c = torch.randn(5, dtype=torch.complex64)
save("conjugate", {"c": c.conj().resolve_conj()})
save("unicode", {"größe.重み": torch.ones(2), "with space": torch.zeros(3), "": torch.ones(1)})
save("bare", torch.randn(3, 4))
save("list", [torch.ones(2), {"a": torch.zeros(2)}, (torch.ones(1),)])
save("int-keys", {0: torch.ones(1), 5: torch.zeros(2)})
save("many", {"layer.%d.weight" % i: torch.randn(3, 2) for i in range(300)}, protocols=(2, 3, 4, 5))
save("protocols", {"w": torch.randn(4), "epoch": 3, "lr": 0.1, "name": "x", "flag": True, "none": None, "t": (1, 2), "s": {1, 2},
                   "b": b"\x00\xff", "big": 2 ** 70, "neg": -2 ** 65, "f": float("inf")}, protocols=(2, 3, 4, 5))

net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
for name, opt in [("adam", torch.optim.Adam(net.parameters(), lr=1e-3)), ("sgd", torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9))]:
    net(torch.randn(5, 4)).sum().backward()
    opt.step()
    save("trainer-" + name, {"epoch": 3, "state_dict": net.state_dict(), "optimizer": opt.state_dict(), "lr": 0.1, "loss": float("nan"),
                             "scheduler": {"milestones": collections.Counter([1, 2])}, "args": argparse.Namespace(lr=0.1, name="ü")})
save("trainer-plain", {"epoch": 3, "state_dict": net.state_dict(), "rng": b"\x01\x02"}, root="state_dict")
save("numpy", {"w": torch.ones(3), "best": __import__("numpy").float64(0.5), "arr": __import__("numpy").arange(5)})
save("default-dict", collections.defaultdict(dict, {"a": {"w": torch.ones(2)}}))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.Linear(3, 3)
        self.again = self.block
        self.register_buffer("mask", torch.ones(3))
        self.register_buffer("scratch", torch.zeros(3), persistent=False)
        self.extra = torch.randn(2)


modules = {
    "linear": nn.Linear(4, 3), "sequential": net, "conv": nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)), "lstm": nn.LSTM(3, 4, 2),
    "transformer": nn.TransformerEncoderLayer(8, 2, 16), "shared": Tied(),
    "lists": nn.ModuleDict({"a": nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 1)])}), "parameters": nn.ParameterList([torch.randn(2), torch.randn(3)]),
    "embedding": nn.Embedding(10, 4), "norm": nn.LayerNorm(5), "gru": nn.GRU(2, 2), "attention": nn.MultiheadAttention(4, 2),
}
for name, m in modules.items():
    save("module-" + name, m, level="rescue", protocols=(2, 3, 4))
    save("module-strict-" + name, m, refuse="code")
    save("state-" + name, m.state_dict())
save("module-in-dict", {"model": net, "epoch": 3}, level="rescue", root="model")


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("/nonexistent/must/never/exist",)


save("hostile", {"w": torch.ones(2), "x": Hostile()}, refuse="code")

save("sparse", {"s": torch.eye(3).to_sparse()}, refuse="sparse")
save("complex128", {"c": torch.randn(3, dtype=torch.complex128)}, refuse="dtype")
save("quantised", {"q": torch.quantize_per_tensor(torch.randn(4), 0.1, 0, torch.qint8)}, refuse="quantised")
save("meta", {"w": torch.ones(2), "m": torch.empty(3, device="meta")})
save("nothing", {"epoch": 3}, refuse="no-tensors")

with open(os.path.join(out, "manifest.json"), "w") as f:
    json.dump(manifest, f, indent=1, sort_keys=True)
print(len(manifest), "checkpoints with torch", torch.__version__)
