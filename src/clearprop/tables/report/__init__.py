"""The report on a table's model: one HTML file, what an analyst would show to a colleague."""

from clearprop.tables.report.data import ColumnFacts, Importances, ReportData, RowCounts
from clearprop.tables.report.pictures import loss_figure, save_figure
from clearprop.tables.report.writing import write_report

__all__ = [
    "ColumnFacts",
    "Importances",
    "ReportData",
    "RowCounts",
    "loss_figure",
    "save_figure",
    "write_report",
]
