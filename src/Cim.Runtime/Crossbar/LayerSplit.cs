namespace Cim.Runtime.Crossbar;

/// <summary>One of several calls that compute a layer together, each on a thread of its own.</summary>
/// <param name="Index">Which of them, from 0.</param>
/// <param name="Count">How many there are; 1 = this call computes the whole layer.</param>
internal readonly record struct LayerSplit(int Index, int Count)
{
    /// <summary>From so many for each call on, parts are about equal.</summary>
    private const int EvenFrom = 4;

    /// <summary>The whole layer.</summary>
    public static LayerSplit Whole => new(0, 1);

    /// <summary>This call's part of rows, positions or outputs: [First, End), empty where there are fewer of them than calls.</summary>
    /// <param name="length">How many there are.</param>
    /// <param name="step">Parts begin at multiples of it.</param>
    public (int First, int End) Range(int length, int step = 1)
    {
        long steps = ((long)length + step - 1) / step;
        return ((int)Math.Min(length, steps * Index / Count * step), (int)Math.Min(length, steps * (Index + 1) / Count * step));
    }

    /// <summary>
    /// This call's part of a convolution. Groups have inputs of their own, so they are split first where there are many. Calls for rows
    /// prepare some inputs each; where there are few rows, calls for blocks of outputs each prepare all of them.
    /// </summary>
    /// <param name="groups">Groups of the layer.</param>
    /// <param name="blocks">Blocks of outputs of a group; 1 = outputs are not split.</param>
    /// <param name="rows">Output rows.</param>
    /// <param name="step">Rows that are computed together.</param>
    public ConvolutionPart OfConvolution(int groups, int blocks, int rows, int step = 1)
    {
        if (groups >= EvenFrom * Count) return new ConvolutionPart(Range(groups), (0, blocks), (0, rows));
        if ((rows + step - 1) / step < 2 * Count && blocks >= 2 * Count)
            return new ConvolutionPart((0, groups), Range(blocks), (0, rows));
        return new ConvolutionPart((0, groups), (0, blocks), Range(rows, step));
    }

    /// <summary>Into how many calls <see cref="OfConvolution"/> can split a convolution.</summary>
    public static int MostOfConvolution(int groups, int blocks, int rows, int step = 1) =>
        Math.Max(groups / EvenFrom, Math.Max(blocks, (rows + step - 1) / step));
}

/// <summary>Groups, blocks of outputs and output rows of a convolution, each [First, End).</summary>
internal readonly record struct ConvolutionPart(
    (int First, int End) Groups, (int First, int End) Blocks, (int First, int End) Rows);
