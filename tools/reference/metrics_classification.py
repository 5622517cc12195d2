"""Writes packages/metrics/test/golden/classification.json: what scikit-learn says of cases with odd corners.

Run with a Python that has scikit-learn: python tools/reference/metrics_classification.py
"""

import itertools
import json
import math
import pathlib
import warnings

import numpy as np
import sklearn
from scipy import stats
from sklearn import metrics as m

warnings.simplefilter("ignore")
golden = pathlib.Path(__file__).parents[2] / "packages/metrics/test/golden"
rng = np.random.default_rng(7)


def plain(value):
    if isinstance(value, (np.ndarray, list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value


def noisy(truth, classes, share):
    return [classes[rng.integers(len(classes))] if rng.random() < share else t for t in truth]


def labelled():
    three = ["bird", "cat", "dog"]
    base = [three[i] for i in rng.integers(3, size=41)]
    weights = [round(w, 3) for w in rng.random(41).tolist()]
    binary = rng.integers(2, size=37).tolist()
    many = rng.integers(20, size=300).tolist()
    emoji = ["\uffee", "\U0001f600", "a", "Z"]
    yield "three classes", base, noisy(base, three, 0.4), {}
    yield "weights", base, noisy(base, three, 0.4), {"sample_weight": weights}
    yield "weights with zeros", base, noisy(base, three, 0.6), {"sample_weight": [0.1 * (i % 3) for i in range(41)]}
    yield "a subset of labels", base, noisy(base, three, 0.5), {"labels": ["dog", "bird"]}
    yield "a subset of labels with weights", base, noisy(base, three, 0.5), {"labels": ["dog", "bird"], "sample_weight": weights}
    yield "a label that never occurs", base, noisy(base, three, 0.5), {"labels": ["ant", "bird", "cat", "dog"]}
    yield "one label of three", base, noisy(base, three, 0.5), {"labels": ["cat"]}
    yield "a class never predicted", ["a", "b", "c", "a"], ["a", "b", "b", "a"], {}
    yield "a class never true", ["a", "b", "a", "a"], ["a", "b", "c", "a"], {}
    yield "nothing right", [0, 1, 2, 0], [1, 2, 0, 2], {}
    yield "a single class", ["x", "x", "x"], ["x", "x", "x"], {}
    yield "a single example, wrong", [0], [1], {}
    yield "binary", binary, noisy(binary, [0, 1], 0.3), {}
    yield "binary with weights", binary, noisy(binary, [0, 1], 0.3), {"sample_weight": [round(w, 2) for w in rng.random(37).tolist()]}
    yield "binary, positive never predicted", [0, 1, 1, 0], [0, 0, 0, 0], {}
    yield "binary, positive never true", [0, 0, 0], [0, 1, 1], {}
    yield "binary, positive nowhere", [0, 0, 0], [0, 0, 0], {}
    yield "negative numbers", [-1, 1, -1, 1, 1], [-1, -1, -1, 1, 1], {}
    yield "twenty classes", many, noisy(many, list(range(20)), 0.5), {}
    yield "twenty classes with weights", many, noisy(many, list(range(20)), 0.5), {"sample_weight": [round(w, 3) for w in rng.random(300).tolist()]}
    yield "labels sorted by code point", emoji * 3, (emoji * 3)[1:] + ["a"], {}
    yield "ties in rounding", ["a"] * 8 + ["b"] * 8, ["a"] * 7 + ["b"] * 4 + ["a"] * 5, {}
    yield "a class without weight", ["a", "b", "b", "c"], ["a", "b", "a", "b"], {"sample_weight": [1, 0.5, 2, 0]}


def prf(truth, predicted, average, options):
    entries = []
    for zero in (0, 1, math.nan):
        p, r, f, s = m.precision_recall_fscore_support(truth, predicted, average=average, zero_division=zero, **options)
        betas = {
            str(beta): m.fbeta_score(truth, predicted, beta=beta, average=average, zero_division=zero, **options)
            for beta in (0, 0.5, 2, math.inf)
        }
        entries.append(plain({"zero": zero, "precision": p, "recall": r, "f1": f, "support": s, "beta": betas}))
    return entries


def label_cases():
    for name, truth, predicted, options in labelled():
        weight = {k: v for k, v in options.items() if k == "sample_weight"}
        labels = {k: v for k, v in options.items() if k == "labels"}
        out = {"name": name, "truth": truth, "predicted": predicted, **options}
        out["prf"] = {str(a): prf(truth, predicted, a, options) for a in (None, "micro", "macro", "weighted")}
        if set(truth) | set(predicted) <= {0, 1}:
            out["prf"]["binary"] = prf(truth, predicted, "binary", weight)
        out["accuracy"] = m.accuracy_score(truth, predicted, **weight)
        out["balanced"] = [m.balanced_accuracy_score(truth, predicted, adjusted=a, **weight) for a in (False, True)]
        out["matthews"] = m.matthews_corrcoef(truth, predicted, **weight)
        if not labels or set(labels["labels"]) & set(truth):
            out["confusion"] = [
                m.confusion_matrix(truth, predicted, normalize=n, **options) for n in (None, "true", "pred", "all")
            ]
            out["kappa"] = [m.cohen_kappa_score(truth, predicted, weights=w, **options) for w in (None, "linear", "quadratic")]
        out["report"] = m.classification_report(truth, predicted, output_dict=True, zero_division=0, **options)
        out["text"] = [
            m.classification_report(truth, predicted, digits=d, zero_division=z, **options) for d, z in ((2, 0), (4, math.nan))
        ]
        yield plain(out)


def indicator_cases():
    rows = rng.integers(2, size=(23, 5)).tolist()
    other = rng.integers(2, size=(23, 5)).tolist()
    rows[3] = other[3] = [0] * 5
    for r in rows:
        r[4] = 0
    weights = [round(w, 3) for w in rng.random(23).tolist()]
    for name, options in (("rows", {}), ("rows with weights", {"sample_weight": weights}), ("columns", {"labels": [3, 1]}),
                          ("columns with weights", {"labels": [3, 1], "sample_weight": weights})):
        t, p = np.array(rows), np.array(other)
        averages = (None, "micro", "macro", "weighted", "samples")
        yield plain({"name": name, "truth": rows, "predicted": other, **options,
                     "prf": {str(a): prf(t, p, a, options) for a in averages}})


def ranking_cases():
    truth = rng.integers(2, size=200).tolist()
    scores = (rng.normal(size=200) + np.array(truth)).round(1).tolist()
    weights = [round(w, 3) for w in rng.random(200).tolist()]
    zeros = [float(i % 3) for i in range(200)]
    cases = [
        ("ties", truth, scores, None),
        ("ties and weights", truth, scores, weights),
        ("zero weights", truth, scores, zeros),
        ("no ties", truth, (rng.random(200) + 0.3 * np.array(truth)).round(6).tolist(), None),
        ("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], None),
        ("reversed", [1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], None),
        ("all tied", [1, 0, 1, 0, 0], [0.5] * 5, None),
        ("text labels", ["no", "yes", "yes", "no", "no"], [-1.5, 2.0, 0.0, 0.5, -3.0], None),
        ("only positives", [1, 1, 1], [0.3, 0.2, 0.4], None),
    ]
    for name, t, s, w in cases:
        positive = sorted(set(t))[-1]
        yield plain({"name": name, "truth": t, "scores": s, "sample_weight": w,
                     "auc": m.roc_auc_score(t, s, sample_weight=w) if len(set(t)) > 1 else math.nan,
                     "ap": m.average_precision_score(t, s, pos_label=positive, sample_weight=w)})


def calibration_error(truth, rows, bins):
    # Guo et al. 2017, equations 2 and 3, bins (i / M, (i + 1) / M].
    rows, truth = np.array(rows), np.array(truth)
    chosen, confidence = rows.argmax(axis=1), rows.max(axis=1)
    total = 0.0
    for i in range(bins):
        inside = (confidence > i / bins) & (confidence <= (i + 1) / bins)
        if inside.any():
            total += inside.sum() / len(truth) * abs((chosen == truth)[inside].mean() - confidence[inside].mean())
    return total


def probability_cases():
    for name, classes, n, weighted in (("two", 2, 50, False), ("three", 3, 90, False), ("three with weights", 3, 90, True),
                                       ("twelve", 12, 120, False), ("twelve with weights", 12, 120, True)):
        truth = np.concatenate([np.arange(classes), rng.integers(classes, size=n - classes)])
        logits = rng.normal(size=(n, classes)) + 2 * np.eye(classes)[truth]
        rows = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        rows = rows.round(6)
        rows[0] = np.eye(classes)[truth[0]]
        rows[1] = np.eye(classes)[truth[0]]
        rows[2] = 1 / classes
        weights = [round(w, 3) for w in rng.random(n).tolist()] if weighted else None
        out = {"name": name, "truth": truth, "rows": rows, "sample_weight": weights,
               "logLoss": m.log_loss(truth, rows, sample_weight=weights),
               "brier": m.brier_score_loss(truth, rows, sample_weight=weights),
               "calibration": [calibration_error(truth, rows, b) for b in (15, 10, 1)]}
        if classes == 2:
            out["brierOfOne"] = m.brier_score_loss(truth, rows[:, 1])
            out["logLossOfOne"] = m.log_loss(truth, rows[:, 1])
        else:
            out["topK"] = [m.top_k_accuracy_score(truth, rows.round(1), k=k, sample_weight=weights) for k in (1, 2)]
            out["auc"] = {f"ovr {a}": m.roc_auc_score(truth, rows, multi_class="ovr", average=a, sample_weight=weights)
                          for a in ("macro", "weighted")}
            if weights is None:
                for a in ("macro", "weighted"):
                    out["auc"][f"ovo {a}"] = m.roc_auc_score(truth, rows, multi_class="ovo", average=a)
        yield plain(out)


sums = [plain({"values": v, "sum": np.sum(v)}) for v in (rng.normal(size=n).round(4) for n in (1, 7, 8, 9, 127, 128, 129, 300))]
formats = [[v, d, format(v, f".{d}f")] for v, d in itertools.product(
    [0.0, 0.125, 0.375, 0.625, 0.875, 0.5, 1.0, 0.615, 0.285, 1.005, 0.03125, 0.09375, 2 / 3, 0.045, 1e-9, 2.5, 1.5], [0, 1, 2, 3, 4])]
intervals = [plain([k, n, c, *stats.binomtest(k, n).proportion_ci(c, "wilson")])
             for k, n in ((0, 10), (10, 10), (5, 10), (421, 500), (1, 1)) for c in (0.9, 0.95, 0.99)]
golden.mkdir(parents=True, exist_ok=True)
(golden / "classification.json").write_text(json.dumps({
    "scikit-learn": sklearn.__version__, "numpy": np.__version__,
    "labels": list(label_cases()), "indicators": list(indicator_cases()), "rankings": list(ranking_cases()),
    "probabilities": list(probability_cases()), "sums": sums, "formats": formats, "wilson": intervals,
}, allow_nan=False, separators=(",", ":")) + "\n")
