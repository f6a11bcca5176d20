using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Compiler.Ort;

/// <summary>
/// Which positions of sequences are padding. What a network computes there is read by nobody, but it would take part in every range,
/// mean and error. An integer input is a mask if it is 1 at some positions of each sample and 0 at the others, and another integer input
/// of the same shape has one and the same value at all of the others, the token that fills up.
/// </summary>
internal sealed class PaddingMask
{
    private readonly GraphInput _input;
    private readonly int _port;

    private PaddingMask(GraphInput input, int port) => (_input, _port) = (input, port);

    /// <summary>Positions of a sample.</summary>
    public int Length => _input.Ports[_port].Elements;

    /// <summary>The mask among the inputs; null if there is none, or none of the samples is padded.</summary>
    public static PaddingMask? Of(GraphInput input, CalibrationData data)
    {
        if (data.IsSynthetic) return null;
        for (int port = 0; port < input.Ports.Length; port++)
            if (IsMask(input, data, port)) return new PaddingMask(input, port);
        return null;
    }

    /// <summary>True for each position of a run's samples that is padding: [samples, positions].</summary>
    public bool[] Padding(SampleRun run)
    {
        ReadOnlySpan<float> values = run.Values[_port].Span;
        bool[] padding = new bool[values.Length];
        for (int i = 0; i < values.Length; i++) padding[i] = values[i] == 0;
        return padding;
    }

    /// <summary>What of a tensor is at positions that are no padding, if it has one vector for each position; else all of it.</summary>
    /// <param name="values">The tensor.</param>
    /// <param name="width">Its last dimension.</param>
    /// <param name="padding">Of <see cref="Padding"/>; empty = none.</param>
    public static ReadOnlySpan<float> Counted(ReadOnlySpan<float> values, int width, ReadOnlySpan<bool> padding)
    {
        if (padding.IsEmpty || width < 1 || values.Length != (long)padding.Length * width) return values;
        float[] counted = new float[padding.Count(false) * width];
        int at = 0;
        for (int i = 0; i < padding.Length; i++)
        {
            if (padding[i]) continue;
            values.Slice(i * width, width).CopyTo(counted.AsSpan(at));
            at += width;
        }

        return counted;
    }

    private static bool IsMask(GraphInput input, CalibrationData data, int port)
    {
        InputPort candidate = input.Ports[port];
        if (candidate.Type is not (ElementType.Int64 or ElementType.Int32 or ElementType.Bool) || candidate.Elements < 2) return false;
        bool isPadded = false;
        for (int sample = 0; sample < data.Count; sample++)
        {
            ReadOnlySpan<float> values = Values(input, data, sample, port);
            if (values.ContainsAnyExcept(0f, 1f) || !values.Contains(1f)) return false;
            isPadded |= values.Contains(0f);
        }

        return isPadded && Enumerable.Range(0, input.Ports.Length).Any(other => other != port && Fills(input, data, other, port));
    }

    /// <summary>True if an input has one value where the mask is 0, and others elsewhere.</summary>
    private static bool Fills(GraphInput input, CalibrationData data, int port, int mask)
    {
        if (input.Ports[port].Type != input.Ports[mask].Type || input.Ports[port].Elements != input.Ports[mask].Elements) return false;
        float? filling = null;
        bool differs = false;
        for (int sample = 0; sample < data.Count; sample++)
        {
            ReadOnlySpan<float> values = Values(input, data, sample, port), masked = Values(input, data, sample, mask);
            for (int i = 0; i < values.Length; i++)
            {
                if (masked[i] != 0) continue;
                if (filling is { } value && value != values[i]) return false;
                filling = values[i];
            }

            for (int i = 0; i < values.Length; i++) differs |= masked[i] != 0 && values[i] != filling;
        }

        return differs;
    }

    private static ReadOnlySpan<float> Values(GraphInput input, CalibrationData data, int sample, int port)
    {
        int start = input.Ports.Take(port).Sum(p => p.Elements);
        return data.Values.AsSpan((sample * input.SampleElements) + start, input.Ports[port].Elements);
    }
}
