"""A peer's process: it learns one table's splits one after the other, and says of each what came of it.

The task comes as JSON in the first argument; for each split a line of JSON goes to standard output.
"""

import contextlib
import json
import sys
import time
import warnings

import numpy as np
from learners import EVERYONE
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder
from sources import ALL, CLASSES

TESTED = 0.2


def split(source, seed):
    """The rows trained on and those predicted: X, y of either; categories are those of the former."""
    X, y = source.rows()
    if source.task == CLASSES:
        y = LabelEncoder().fit_transform(y)
    stratify = y if source.task == CLASSES else None
    train, test, y_train, y_test = train_test_split(X, y, test_size=TESTED, random_state=seed, stratify=stratify)
    train, test = train.reset_index(drop=True), test.reset_index(drop=True)
    for name in train.columns[train.dtypes == "category"]:
        train[name] = train[name].cat.remove_unused_categories()
        test[name] = test[name].astype(object).astype(train[name].dtype)
    return train, test, y_train, y_test


def learned(peer, source, seed):
    """What came of a peer on a split: its scores on the rows that it did not see, and seconds."""
    train, test, y_train, y_test = split(source, seed)
    model = peer.make(source.task, seed)
    wall, processor = time.perf_counter(), time.process_time()
    model.fit(train, y_train)
    fit = {"seconds": time.process_time() - processor, "wall": time.perf_counter() - wall}
    processor = time.process_time()
    answers = model.predict_proba(test) if source.task == CLASSES else model.predict(test)
    fit["prediction"] = time.process_time() - processor
    answers = np.asarray(answers, dtype=float)
    if not np.isfinite(answers).all():
        raise ValueError("an answer is not finite")
    if source.task == CLASSES:
        chosen = answers.argmax(axis=1)
        loss = log_loss(y_test, answers, labels=np.arange(answers.shape[1]))
        return {"error": float(np.mean(chosen != y_test)), "log_loss": float(loss), "tested": len(y_test), **fit}
    return {"rmse": float(np.sqrt(np.mean((answers.reshape(-1) - y_test) ** 2))), "tested": len(y_test), **fit}


def main():
    task = json.loads(sys.argv[1])
    out = sys.stdout
    for seed in task["splits"]:
        with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = learned(EVERYONE[task["peer"]], ALL[task["table"]], seed)
            except Exception as error:  # a peer's failure is a result, too
                found = {"failed": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps({"split": seed, **found}), file=out, flush=True)


if __name__ == "__main__":
    main()
