namespace Cim.Runtime.Hardware;

/// <summary>Which weight of a column is mapped to the fully on conductance.</summary>
internal enum WeightClipping
{
    /// <summary>The largest the weight bits allow: quantized weights are stored as they are.</summary>
    None,

    /// <summary>A percentile of the column's magnitudes.</summary>
    Percentile,

    /// <summary>The one with the least expected square error, clipping and device errors together.</summary>
    LeastSquares,
}
