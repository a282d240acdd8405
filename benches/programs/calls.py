"""A program of many small calls: methods, recursion, a generator. It prints how long it took, without its start and end."""

import sys
import time


class Vector:
    """A point or a speed."""

    __slots__ = ("x", "y", "z")

    def __init__(self, x: float, y: float, z: float) -> None:
        self.x, self.y, self.z = x, y, z

    def plus(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def times(self, factor: float) -> "Vector":
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other: "Vector") -> float:
        return self.x * other.x + self.y * other.y + self.z * other.z


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def step(place: Vector, speed: Vector) -> Vector:
    return place.plus(speed.times(0.01))


def turns(n: int):
    yield from range(n)


def main(n: int) -> float:
    place, speed, sum_of_dots = Vector(0, 0, 0), Vector(1, 2, 3), 0.0
    for _ in turns(n):
        place = step(place, speed)
        sum_of_dots += place.dot(speed)
    return sum_of_dots + fibonacci(27)


if __name__ == "__main__":
    started = time.perf_counter()
    main(int(sys.argv[1]))
    print(time.perf_counter() - started)
