namespace Cim.Compiler.Calibration;

/// <summary>How the clipping threshold of an activation tensor is chosen.</summary>
internal enum RangeMethod
{
    /// <summary>The one of the others with the least error of the outputs of the layers that read the tensor, whose channels may be scaled
    /// before.</summary>
    Automatic,

    /// <summary>The threshold that minimises the mean squared quantization error.</summary>
    MeanSquaredError,

    /// <summary>The largest magnitude seen.</summary>
    MinMax,

    /// <summary>The magnitude that 99.99 % of the values do not exceed.</summary>
    Percentile,

    /// <summary>The threshold whose quantized distribution has the smallest Kullback-Leibler divergence from the original.</summary>
    Entropy,
}
