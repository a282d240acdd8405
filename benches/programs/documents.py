"""A real program: docutils turns the same text into HTML again and again. It prints how long it took."""

import sys
import time

from docutils.core import publish_string

TEXT = """
Title
=====

A paragraph with *emphasis*, **strong text**, ``literals``, a `link <https://example.org>`_ and a note [1]_.

- one
- two, with a table:

  ===== =====
  a     b
  ===== =====
  1     2
  ===== =====

.. note:: A directive with :math:`x^2`.

.. code:: python

   def function(argument):
       return argument

.. [1] The note.

Section {0}
-----------

Term {0}
    Its definition.

:field: value
"""

if __name__ == "__main__":
    started = time.perf_counter()
    for turn in range(int(sys.argv[1])):
        publish_string(TEXT.format(turn), writer_name="html5", settings_overrides={"report_level": 5})
    print(time.perf_counter() - started)
