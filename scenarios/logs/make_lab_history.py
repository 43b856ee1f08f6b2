#!/usr/bin/env python3
"""Makes lab-history.csv: four weeks of jobs of an invented research lab, from a fixed seed.

Nobody's data: arrivals follow office hours, three teams have their own job sizes, one of them submits
parameter studies in bursts. Run it to get the same file again.
"""

import csv
import datetime
import math
import pathlib
import random

random.seed(20260302)
START = datetime.datetime(2026, 3, 2)
HOURS = [.2, .1, .1, .1, .1, .2, .4, .8, 1.6, 2.2, 2.4, 2.2, 1.6, 2.0, 2.4, 2.2, 1.9, 1.4, .9, .6, .5, .4, .4, .3]

rows = []


def add(hour, team, user, experiment, minutes, nodes):
    submitted = START + datetime.timedelta(seconds=round(hour * 3600))
    rows.append((submitted, team, user, experiment, round(max(20, minutes * 60)), nodes))


def lognormal(median, sigma):
    return median * math.exp(random.gauss(0, sigma))


for hour in range(28 * 24):
    weekend = (hour // 24) % 7 >= 5
    level = HOURS[hour % 24] * (.25 if weekend else 1)
    # Vision: training runs of an hour or two, now and then on several nodes.
    for _ in range(random.choices([0, 1, 2], [1 - .45 * min(level, 2) / 2, .35 * min(level, 2) / 2, .1 * min(level, 2) / 2])[0]):
        nodes = random.choices([1, 2, 4], [.8, .14, .06])[0]
        add(hour + random.random(), "vision", f"v{random.randint(1, 6)}", "train", lognormal(55, .9), nodes)
    # Speech: many short evaluations.
    for _ in range(int(random.expovariate(1) * level * 1.4)):
        add(hour + random.random(), "speech", f"s{random.randint(1, 4)}", "evaluate", lognormal(7, .8), 1)
    # Theory: a parameter study of equal jobs, a few times a week, at night too.
    if random.random() < .012 + .012 * level:
        at, size, minutes = hour + random.random(), random.randint(12, 48), lognormal(18, .5)
        for i in range(size):
            add(at + i / 3600, "theory", "t1", f"study-{hour:03}", minutes * random.uniform(.9, 1.1), 1)

rows.sort()
# A log's first submission is tick 0: let that be Monday, midnight.
rows[0] = (START, *rows[0][1:])
with open(pathlib.Path(__file__).with_name("lab-history.csv"), "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["submitted", "team", "user", "experiment", "run_time_s", "nodes"])
    out.writerows(rows)
