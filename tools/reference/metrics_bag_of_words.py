"""Writes packages/metrics/test/golden/bag-of-words.json: scikit-learn's logistic regression on word counts.

Run with a Python that has scikit-learn: python tools/reference/metrics_bag_of_words.py
"""

import json
import pathlib
import random

import sklearn
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

golden = pathlib.Path(__file__).parents[2] / "packages/metrics/test/golden"
rng = random.Random(11)
names = ["Anna", "Tom", "Zoë", "Łukasz", "O'Brien"]
feelings = {"joy": ["happy", "smiled", "Laughed", "joy"], "grief": ["sad", "cried", "wept"], "fear": ["afraid", "ran", "hid", "x"]}
plain = ["the", "a", "house", "dog", "day", "and", "went", "naïve", "2nd", "snake_case", "数学", "hello-world", "e\u0301tude"]


def story(label):
    words = [rng.choice(names)] + rng.choices(plain, k=rng.randint(3, 9))
    for other in feelings:
        if rng.random() < (0.7 if other == label else 0.25):
            words += rng.choices(feelings[other], k=rng.randint(1, 2))
    rng.shuffle(words)
    return " ".join(words) + rng.choice([".", "!", ""])


def case(name, labels, c, count):
    texts = [(lambda l: (story(l), l))(rng.choice(labels)) for _ in range(count)]
    unseen = [story(rng.choice(list(feelings))) for _ in range(12)] + ["", "nothing known here", "happy happy happy"]
    vectorizer = CountVectorizer()
    counts = vectorizer.fit_transform([t for t, _ in texts])
    model = LogisticRegression(C=c, tol=1e-10, max_iter=100000).fit(counts, [l for _, l in texts])
    return {
        "name": name, "C": c, "examples": [{"text": t, "label": l} for t, l in texts],
        "words": len(vectorizer.vocabulary_), "labels": model.classes_.tolist(), "unseen": unseen,
        "probabilities": model.predict_proba(vectorizer.transform(unseen)).tolist(),
        "predicted": model.predict(vectorizer.transform(unseen)).tolist(),
    }


cases = [case("three classes", list(feelings), 1.0, 90), case("two classes", ["joy", "grief"], 1.0, 60), case("a weak penalty", list(feelings), 50.0, 60)]
golden.mkdir(parents=True, exist_ok=True)
(golden / "bag-of-words.json").write_text(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}, separators=(",", ":"), ensure_ascii=False) + "\n")
