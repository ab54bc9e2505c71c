#!/usr/bin/env python3
"""genuine.py DIR - writes honest model files with the libraries themselves: torch, and numpy, scikit-learn and joblib where
they are installed. The tests hold the readers and the rules against them: honest files are quiet. Each group of files that
cannot be made is named on standard error."""
import collections, datetime, io, os, pickle, sys, types, warnings

warnings.simplefilter("ignore")
out = sys.argv[1]
os.makedirs(out, exist_ok=True)


def path(name):
    return os.path.join(out, name)


def group(make):
    try:
        make()
    except Exception as err:  # a library or a feature of it is missing
        print(f"{make.__name__}: not made: {type(err).__name__}: {err}", file=sys.stderr)


def dump(name, value, protocol):
    with open(path(name), "wb") as f:
        pickle.dump(value, f, protocol=protocol)


def plain():
    value = {
        "text": "os.system is only mentioned", "bytes": b"\x00\xff" * 20, "int": 1 << 70, "float": [1.5, float("inf")], "none": None,
        "set": {1, 2}, "frozen": frozenset("ab"), "complex": 1 + 2j, "ordered": collections.OrderedDict(a=1), "counter": collections.Counter("aab"),
        "default": collections.defaultdict(list, a=[1]), "deque": collections.deque([1, 2]), "when": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
        "delta": datetime.timedelta(days=2), "range": range(3), "slice": slice(1, 2), "namespace": types.SimpleNamespace(lr=0.1),
    }
    for protocol in range(6):
        dump(f"plain_p{protocol}.pkl", value, protocol)
    import argparse, decimal, fractions, pathlib, uuid
    dump("values.pkl", [argparse.Namespace(lr=1), decimal.Decimal("1.5"), fractions.Fraction(1, 3), pathlib.PurePosixPath("a/b"), uuid.UUID(int=7)], 4)


def numpy_arrays():
    import numpy as np
    arrays = {k: np.arange(6).reshape(2, 3).astype(k) for k in ("f2", "f4", "f8", "i1", "u2", "i8", "c16", "?", "S4", "U4", ">f4")}
    arrays["struct"] = np.zeros(2, dtype=[("a", "f4"), ("b", "i8", (2,))])
    arrays["dates"] = np.array(["2024-01-02"], dtype="M8[D]")
    arrays["objects"] = np.array([{"a": 1}, None, "text"], dtype=object)
    arrays["scalar"], arrays["masked"] = np.float32(1.5), np.ma.masked_array([1, 2], [0, 1])
    for protocol in (0, 2, 4, 5):
        dump(f"arrays_p{protocol}.pkl", arrays, protocol)
    dump("random.pkl", [np.random.default_rng(1), np.random.RandomState(1)], 4)
    np.save(path("array.npy"), arrays["f4"])
    np.savez(path("arrays.npz"), a=arrays["f4"], b=arrays["i8"])
    np.savez_compressed(path("packed.npz"), a=arrays["f4"])


def joblib_files():
    import joblib, numpy as np
    value = {"w": np.random.rand(50, 3), "b": np.arange(3), "names": np.array(["a", None], dtype=object), "n": 3}
    joblib.dump(value, path("raw.joblib"))
    for kind in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4"):
        try:
            joblib.dump(value, path(f"packed_{kind}.joblib"), compress=(kind, 3))
        except ValueError as err:
            print(f"joblib with {kind}: not made: {err}", file=sys.stderr)
    for protocol in (2, 3, 4, 5):
        joblib.dump(value, path(f"raw_p{protocol}.joblib"), protocol=protocol)


def estimators():
    import joblib, numpy as np
    from sklearn import cluster, compose, decomposition, ensemble, feature_extraction, impute, linear_model, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree
    X, y = np.random.rand(40, 4), np.arange(40) % 3
    models = {
        "logreg": linear_model.LogisticRegression(), "forest": ensemble.RandomForestClassifier(5), "gbt": ensemble.GradientBoostingClassifier(n_estimators=3),
        "hgb": ensemble.HistGradientBoostingClassifier(max_iter=3), "svc": svm.SVC(probability=True), "knn": neighbors.KNeighborsClassifier(),
        "tree": tree.DecisionTreeClassifier(), "bayes": naive_bayes.GaussianNB(), "mlp": neural_network.MLPClassifier(max_iter=5),
        "ridge": linear_model.Ridge(), "iso": ensemble.IsolationForest(n_estimators=5), "kmeans": cluster.KMeans(3, n_init=1), "pca": decomposition.PCA(2),
        "sgd": linear_model.SGDClassifier(max_iter=5), "scaler": preprocessing.StandardScaler(), "onehot": preprocessing.OneHotEncoder(),
        "pipe": pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        "columns": compose.ColumnTransformer([("s", preprocessing.MinMaxScaler(), [0, 1])]),
    }
    for name, m in models.items():
        m.fit(X, y)
        joblib.dump(m, path(f"sk_{name}.joblib"))
        dump(f"sk_{name}.pkl", m, 4)
    text = feature_extraction.text.TfidfVectorizer().fit(["a first text", "a second text"])
    joblib.dump(text, path("sk_tfidf.joblib"), compress=3)


def torch_files():
    import torch
    from torch import nn
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(2, 3), nn.Dropout(0.1), nn.LayerNorm(3))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.rand(2, 1, 3, 3)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    trained = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "epoch": 3, "loss": 0.5, "rng": torch.get_rng_state(),
               "shape": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.float16}
    dtypes = {str(d): torch.ones(3, 2).to(d) for d in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
                                                      torch.uint8, torch.bool, torch.complex64, torch.complex128)}
    base = torch.arange(12.).reshape(3, 4)
    views = {"t": base.t(), "row": base[1], "step": base[:, ::2], "zero": torch.zeros(0, 3), "scalar": torch.tensor(1.), "expanded": torch.ones(1).expand(5), "self": base}
    files = {
        "state_dict.pt": net.state_dict(), "trained.pth": trained, "dtypes.bin": dtypes, "views.ckpt": views, "tensor.pt": base, "list.pt": [base, (base, None)],
        "parameter.pt": nn.Parameter(base), "sparse.pt": torch.eye(3).to_sparse(), "quantized.pt": torch.quantize_per_tensor(base, 0.1, 0, torch.qint8),
        "module.pt": net, "lstm.pt": nn.LSTM(2, 3), "transformer.pt": nn.TransformerEncoderLayer(4, 2), "embedding.pt": nn.Embedding(4, 2),
        "grad.pt": base.clone().requires_grad_(), "meta.pt": {"note": "eval() and os.system() are only words here", "lr": 1e-3},
        "sgd.pt": torch.optim.SGD(net.parameters(), 0.1, momentum=0.9).state_dict(), "adamw.pt": torch.optim.AdamW(net.parameters()).state_dict(),
    }
    for name, value in files.items():
        torch.save(value, path("zip_" + name))
        torch.save(value, path("legacy_" + name), _use_new_zipfile_serialization=False)
    torch.save(net.state_dict(), path("zip_p4.pt"), pickle_protocol=4)
    with open(path("tensor.pkl"), "wb") as f:
        pickle.dump(base, f)
    torch.save({}, path("zip_empty.pt"))


def torch_with_numpy():
    import numpy as np, torch
    torch.save({"loss": np.float64(0.5), "array": np.ones(3, dtype="f4"), "int": np.int64(3), "bool": np.bool_(True)}, path("zip_numpy.pt"))


def scripts():
    import torch
    from torch import nn
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    torch.jit.script(net).save(path("scripted.pt"))
    torch.jit.trace(net, torch.rand(1, 4)).save(path("traced.pt"))
    torch.jit.freeze(torch.jit.script(net)).save(path("frozen.pt"))
    torch.jit.script(net)._save_for_lite_interpreter(path("lite.ptl"))
    torch.jit.script(nn.LSTM(2, 3)).save(path("lstm_script.pt"))
    q = torch.quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)
    torch.jit.script(q).save(path("quantized_script.pt"))


for make in (plain, numpy_arrays, joblib_files, estimators, torch_files, torch_with_numpy, scripts):
    group(make)
