using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Runtime.Data;

namespace Cim.Compiler.Data;

/// <summary>
/// What is done to every number of a data file before the network sees it: (x * scale - mean) / std, each either one
/// number or one per channel.
/// </summary>
internal sealed record Preprocessing(ImmutableArray<double> Scale, ImmutableArray<double> Mean, ImmutableArray<double> Std)
{
    /// <summary>The numbers as they are.</summary>
    public static Preprocessing None { get; } = new([1], [0], [1]);

    /// <summary>Reads the three options; each is a list such as <c>0.485,0.456,0.406</c>, whose items may be fractions
    /// (<c>1/255</c>).</summary>
    /// <exception cref="CimException">An item is not a number, or a scale or deviation is zero.</exception>
    public static Preprocessing Parse(string? scale, string? mean, string? std)
    {
        ImmutableArray<double> s = List(OptionTable.Scale, scale, 1), m = List(OptionTable.Mean, mean, 0),
            d = List(OptionTable.Std, std, 1);
        if (s.Contains(0))
            throw OptionError.Usage(
                $"{OptionTable.Scale.Is(scale!)}: 0 would erase the data; leave it out or set a number such as 1/255.");
        if (d.Contains(0))
            throw OptionError.Usage(
                $"{OptionTable.Std.Is(std!)}: 0 would divide by zero; leave it out or set the standard deviation.");
        return new Preprocessing(s, m, d);
    }

    /// <summary>The affine map x -> x * factor + offset of each channel.</summary>
    /// <param name="sample">The shape of one sample as the network reads it.</param>
    /// <param name="file">The data file, for messages.</param>
    /// <returns>Factor and offset per channel, the number of channels, and how many consecutive numbers share a channel.</returns>
    public (double[] Factor, double[] Offset, int Run) Channels(ImmutableArray<int> sample, string file)
    {
        int channels = new[] { Scale.Length, Mean.Length, Std.Length }.Max();
        foreach (ImmutableArray<double> list in new[] { Scale, Mean, Std })
            if (list.Length != 1 && list.Length != channels)
                throw OptionError.Usage(
                    $"{OptionTable.Scale.Named()}, {OptionTable.Mean.Named()} and {OptionTable.Std.Named()} have {Scale.Length}, "
                    + $"{Mean.Length} and {Std.Length} numbers; each must have one, or as many as the others.", file);
        double At(ImmutableArray<double> list, int c) => list.Length == 1 ? list[0] : list[c];
        double[] factor = [.. Enumerable.Range(0, channels).Select(c => At(Scale, c) / At(Std, c))];
        double[] offset = [.. Enumerable.Range(0, channels).Select(c => -At(Mean, c) / At(Std, c))];
        if (channels == 1) return (factor, offset, Math.Max(1, sample.Aggregate(1, (a, b) => a * b)));
        if (!sample.IsEmpty && sample[0] == channels) return (factor, offset, sample.Skip(1).Aggregate(1, (a, b) => a * b));
        if (!sample.IsEmpty && sample[^1] == channels) return (factor, offset, 1);
        throw OptionError.Usage(
            $"{OptionTable.Scale.Named()}, {OptionTable.Mean.Named()} and {OptionTable.Std.Named()} have {channels} numbers, "
                + $"but a sample of shape {RecordFile.Dims(sample)} has no axis of {channels} channels first or last.", file);
    }

    /// <summary>What a compiled model says of it; null for numbers as they are.</summary>
    public ModelPreprocessing? Describe() =>
        ToString() == None.ToString() ? null : new() { Scale = Text(Scale), Mean = Text(Mean), Std = Text(Std) };

    /// <summary>The option texts that give the same preprocessing; part of the key of the cache.</summary>
    public override string ToString() => $"scale={Text(Scale)} mean={Text(Mean)} std={Text(Std)}";

    private static string Text(ImmutableArray<double> list) =>
        string.Join(",", list.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));

    private static ImmutableArray<double> List(OptionRow option, string? text, double orElse)
    {
        if (string.IsNullOrWhiteSpace(text)) return [orElse];
        var list = ImmutableArray.CreateBuilder<double>();
        foreach (string item in text.Split([',', ';'], StringSplitOptions.TrimEntries))
            list.Add(Number(item) is double v && double.IsFinite(v) ? v
                : throw OptionError.Usage(
                    $"{option.Named()} has '{item}', which is not a number; write for example 1/255 or 0.485,0.456,0.406."));
        return list.ToImmutable();
    }

    private static double? Number(string text)
    {
        string[] parts = text.Split('/');
        // 1/255/2 could be read in two ways.
        if (parts.Length > 2) return null;
        double?[] values = [
            .. parts.Select(p => double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : (double?)null)];
        return values.Length == 1 ? values[0] : values[0] / values[1];
    }
}
