using Cim.Training.Networks;
using Cim.Training.PostTraining;

namespace Cim.Training.Pruning;

/// <summary>A weight matrix under pruning: which parts belong together, and how many arrays what is left needs.</summary>
internal sealed class PrunedLayer(Parameter weights, MatrixLayout layout, ArrayGeometry geometry)
{
    public Parameter Weights { get; } = weights;

    public MatrixLayout Layout { get; } = layout;

    /// <summary>1 where a weight is kept.</summary>
    public float[] Mask { get; } = Ones(weights);

    private int RowBlocks => Ceiling(Layout.Inputs, geometry.Rows);

    private int ColumnBlocks => Ceiling(Layout.Outputs, geometry.OutputsPerArray);

    public int ArraysBefore => RowBlocks * ColumnBlocks;

    /// <summary>
    /// Arrays after moving together what is left, the better of two ways: rows within each block of columns, or columns within
    /// each block of rows.
    /// </summary>
    public int ArraysAfter
    {
        get
        {
            int byRows = Enumerable.Range(0, ColumnBlocks)
                .Sum(block => Ceiling(Units(PruningGranularity.ArrayRow, block).Count(IsKept), geometry.Rows));
            int byColumns = Enumerable.Range(0, RowBlocks).Sum(block =>
                Ceiling(Units(PruningGranularity.ArrayColumn, block).Count(IsKept), geometry.OutputsPerArray));
            return Math.Min(byRows, byColumns);
        }
    }

    public int Zeros => Mask.Count(value => value == 0);

    /// <summary>Blocks that are packed by themselves.</summary>
    public int Blocks(PruningGranularity granularity) => granularity switch
    {
        PruningGranularity.ArrayRow => ColumnBlocks,
        PruningGranularity.ArrayColumn => RowBlocks,
        _ => 1,
    };

    /// <summary>Units of a block that one array holds; removing as many frees an array.</summary>
    public int UnitsPerArray(PruningGranularity granularity) =>
        granularity == PruningGranularity.ArrayRow ? geometry.Rows : geometry.OutputsPerArray;

    /// <summary>The positions in the tensor of everything that is removed as a whole.</summary>
    public IEnumerable<int[]> Units(PruningGranularity granularity, int block)
    {
        switch (granularity)
        {
            case PruningGranularity.Weight:
                return Enumerable.Range(0, Weights.Values.Length).Select(index => new[] { index });
            case PruningGranularity.Strip:
                return from output in Outputs() from position in Enumerable.Range(0, Layout.Strip)
                       select (int[])[.. Enumerable.Range(0, Layout.Inputs / Layout.Strip)
                           .Select(channel => Layout.Index(output, (channel * Layout.Strip) + position))];
            case PruningGranularity.ArrayRow:
                int firstOutput = block * geometry.OutputsPerArray;
                int outputs = Math.Min(geometry.OutputsPerArray, Layout.Outputs - firstOutput);
                return Enumerable.Range(0, Layout.Inputs)
                    .Select(input => (int[])[.. Enumerable.Range(firstOutput, outputs).Select(output => Layout.Index(output, input))]);
            case PruningGranularity.ArrayColumn:
                int firstInput = block * geometry.Rows;
                int inputs = Math.Min(geometry.Rows, Layout.Inputs - firstInput);
                return Outputs().Select(
                    output => (int[])[.. Enumerable.Range(firstInput, inputs).Select(input => Layout.Index(output, input))]);
            case PruningGranularity.Array:
                return from rows in Enumerable.Range(
                    0, RowBlocks) from columns in Enumerable.Range(0, ColumnBlocks) select Rectangle(rows, columns);
            default:
                return Outputs().Select(
                    output => (int[])[.. Enumerable.Range(0, Layout.Inputs).Select(input => Layout.Index(output, input))]);
        }
    }

    /// <summary>For every weight of the tensor the number of its unit, counted over all blocks.</summary>
    public int[] UnitOfEach(PruningGranularity granularity)
    {
        var numbers = new int[Weights.Values.Length];
        int number = 0;
        for (int block = 0; block < Blocks(granularity); block++)
        {
            foreach (int[] unit in Units(granularity, block))
            {
                foreach (int index in unit)
                    numbers[index] = number;
                number++;
            }
        }

        return numbers;
    }

    /// <summary>Whether any weight of a unit is kept.</summary>
    public bool IsKept(int[] unit) => unit.Any(index => Mask[index] != 0);

    /// <summary>Removes a unit.</summary>
    public void Remove(int[] unit)
    {
        foreach (int index in unit)
        {
            Mask[index] = 0;
            Weights.Values[index] = 0;
        }
    }

    public LayerPruning Report() => new(Weights.Name, Weights.Values.Length, Zeros, ArraysBefore, ArraysAfter);

    /// <summary>The block of columns an array of <see cref="PruningGranularity.Array"/> belongs to.</summary>
    public int ColumnBlockOf(int array) => array % ColumnBlocks;

    private int[] Rectangle(int rowBlock, int columnBlock)
    {
        int row = rowBlock * geometry.Rows;
        int output = columnBlock * geometry.OutputsPerArray;
        return [.. from o in Enumerable.Range(output, Math.Min(geometry.OutputsPerArray, Layout.Outputs - output))
                   from i in Enumerable.Range(row, Math.Min(geometry.Rows, Layout.Inputs - row))
                   select Layout.Index(o, i)];
    }

    private IEnumerable<int> Outputs() => Enumerable.Range(0, Layout.Outputs);

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    private static float[] Ones(Parameter weights)
    {
        if (weights.Mask is { } existing)
            return existing;
        var mask = new float[weights.Values.Length];
        Array.Fill(mask, 1);
        return weights.Mask = mask;
    }
}
