using Cim.Compiler.Data;
using Cim.Compiler.Ort;
using Cim.Runtime;

namespace Cim.Compiler.Calibration;

/// <summary>Finds samples that say nothing about what a network will read: a file of zeros, of one sample again and again, or in another
/// unit.</summary>
internal static class SampleInformation
{
    /// <summary>Magnitudes no measured quantity has that a network was trained on.</summary>
    private const float Tiny = 1e-20f, Huge = 1e20f;

    /// <summary>What is wrong with samples, or null.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="input">How they feed the network.</param>
    public static string? Problem(CalibrationData data, GraphInput input)
    {
        if (data.IsSynthetic || data.Count == 0) return null;
        int start = 0;
        foreach (InputPort port in input.Ports)
        {
            if (port.Type == ElementType.Float32 && Problem(data, input.SampleElements, start, port.Elements) is { } problem)
                return input.Ports.Length == 1 ? problem : $"of input '{port.Name}', {problem}";
            start += port.Elements;
        }

        return null;
    }

    private static string? Problem(CalibrationData data, int stride, int start, int elements)
    {
        ReadOnlySpan<float> first = data.Values.AsSpan(start, elements);
        float one = first[0], largest = 0;
        bool allEqual = true, sameSample = true;
        for (int i = 0; i < data.Count; i++)
        {
            ReadOnlySpan<float> sample = data.Values.AsSpan((i * stride) + start, elements);
            sameSample &= sample.SequenceEqual(first);
            foreach (float v in sample)
            {
                allEqual &= v == one;
                largest = Math.Max(largest, Math.Abs(v));
            }
        }

        if (largest == 0) return "all numbers are zero";
        if (allEqual && (long)elements * data.Count > 1) return FormattableString.Invariant($"all numbers are {one}");
        if (sameSample && data.Count > 1) return FormattableString.Invariant($"all {data.Count} samples are the same");
        if (largest < Tiny) return FormattableString.Invariant($"no number is larger than {largest:G3}");
        return largest > Huge ? FormattableString.Invariant($"numbers reach {largest:G3}") : null;
    }
}
