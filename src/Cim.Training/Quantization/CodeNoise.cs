using System.Collections.Immutable;

namespace Cim.Training.Quantization;

/// <summary>
/// The error of a programmed weight by its code, in units of one code: what a weight contributes to a sum, less what it should.
/// </summary>
/// <param name="LowestCode">The code of the first entry; codes outside the table have the error of its nearest end.</param>
/// <param name="Mean">Mean error of each code.</param>
/// <param name="Sigma">Standard deviation of the error of each code.</param>
public sealed record CodeNoise(int LowestCode, ImmutableArray<float> Mean, ImmutableArray<float> Sigma)
{
    internal float Of(int code, double normal)
    {
        int index = Math.Clamp(code - LowestCode, 0, Mean.Length - 1);
        return (float)(Mean[index] + (Sigma[index] * normal));
    }
}
