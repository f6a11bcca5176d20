namespace Cim.Compiler.Search;

/// <summary>What a network loses without converters, and what it may.</summary>
/// <param name="Points">Percentage points of accuracy.</param>
/// <param name="BudgetPoints">Percentage points of the budget: the same where the loss was measured after training.</param>
/// <param name="MaxPoints">What it may take of the budget.</param>
internal readonly record struct MeasuredLoss(double Points, double BudgetPoints, double MaxPoints);
