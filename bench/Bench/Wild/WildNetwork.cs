using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cim.Bench.Common.Data;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Bench.Wild;

/// <summary>Tries one file: reads it, fills open dimensions if asked, compiles it and compares.</summary>
internal sealed partial class WildNetwork(WildSettings settings, IReadOnlyList<string> cim)
{
    private const int MostDims = 16;

    public async Task<WildRow> TryAsync(string file, CancellationToken cancellation)
    {
        Dictionary<string, int> dims = Beside(file);
        ProcessResult inspected = await InspectAsync(file, dims, cancellation);
        var row = new WildRow
        {
            File = Path.GetRelativePath(settings.Folder, file), Outcome = WildOutcome.Compiled, Dims = Text(dims),
        };
        if (inspected.ExitCode != 0) return Failed(row, inspected);
        WildInput[] inputs;
        using (JsonDocument document = JsonDocument.Parse(inspected.Output))
            inputs = [.. document.RootElement.GetProperty("inputs").EnumerateArray().Select(WildInput.Of)];

        using var folder = new TemporaryFolder();
        string calibration = folder.File("calibration.npz"), compiled = folder.File("network.cim");
        int held = Math.Max(1, settings.Samples / 4);
        WildSamples samples;
        try
        {
            samples = WildSamples.Of(file, inputs, settings.Samples + held, settings.Seed);
        }
        catch (CimException e)
        {
            return row with { Outcome = WildOutcome.Refused, Code = e.Code, Message = e.Message };
        }

        held = Math.Min(held, samples.Count / 2);
        samples.Range(0, samples.Count - held).Write(calibration, inputs);
        ProcessResult result = await RunAsync(
            ["compile", file, "-o", compiled, "--calibration", calibration, .. settings.Arguments, .. DimArguments(dims)], cancellation);
        row = row with
        {
            Seconds = result.Seconds, CpuSeconds = result.CpuSeconds, PeakMegabytes = result.PeakMegabytes, Data = samples.Source,
        };
        if (result.ExitCode != 0) return Failed(row, result);
        try
        {
            (double cosine, double? top) = WildComparison.Of(
                file, compiled, inputs, samples.Range(samples.Count - held, held), Set(dims, inputs));
            return row with { Cosine = cosine, TopOne = top };
        }
        catch (Exception e) when (e is OnnxRuntimeException or NotSupportedException or InvalidOperationException or CimException
            or KeyNotFoundException)
        {
            return row with { Note = OneLine(e.Message) };
        }
    }

    /// <summary>Files beside the network that are used where they exist.</summary>
    public static string[] FilesBeside(string file) =>
        [Path.ChangeExtension(file, ".dim"), .. WildSamples.FilesBeside(file)];

    /// <summary>The sizes in <c>NAME.dim</c> beside the network, written as for <c>--dim</c>.</summary>
    private static Dictionary<string, int> Beside(string file)
    {
        string path = Path.ChangeExtension(file, ".dim");
        string[] pieces = File.Exists(path) ? File.ReadAllText(path).Trim().Split(';', StringSplitOptions.RemoveEmptyEntries) : [];
        return pieces.ToDictionary(
            p =>
                p[..p.LastIndexOf('=')], p =>
                int.Parse(p[(p.LastIndexOf('=') + 1)..], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    /// <summary>Reads the file, with a size for each dimension that a message asks for.</summary>
    private async Task<ProcessResult> InspectAsync(string file, Dictionary<string, int> dims, CancellationToken cancellation)
    {
        while (true)
        {
            ProcessResult result = await RunAsync(["inspect", file, .. DimArguments(dims)], cancellation);
            Match asked = AskedDims().Match(result.Error);
            if (result.ExitCode == 0 || settings.FillDims == 0 || !asked.Success || dims.Count >= MostDims) return result;
            foreach (string piece in asked.Groups[1].Value.Split(';'))
            {
                int at = piece.LastIndexOf('=');
                string size = piece[(at + 1)..];
                if (!dims.TryAdd(
                    piece[..at], int.TryParse(size, CultureInfo.InvariantCulture, out int wanted) ? wanted : settings.FillDims))
                    return result;
            }
        }
    }

    private Task<ProcessResult> RunAsync(string[] arguments, CancellationToken cancellation) =>
        MeasuredProcess.RunAsync([.. cim, .. arguments, "--json"], settings.Seconds, cancellation);

    private static IEnumerable<string> DimArguments(Dictionary<string, int> dims) => dims.Count == 0 ? [] : ["--dim", Text(dims)];

    private static string Text(Dictionary<string, int> dims) => string.Join(';', dims.Select(d => $"{d.Key}={d.Value}"));

    /// <summary>The sizes that are values of inputs: those that the network is left without.</summary>
    private static Dictionary<string, int> Set(Dictionary<string, int> dims, WildInput[] inputs) =>
        dims.Where(d => !inputs.Any(i => i.Name == d.Key)).ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal);

    private static WildRow Failed(WildRow row, ProcessResult result)
    {
        if (result.ExitCode is null) return row with { Outcome = WildOutcome.TimedOut };
        try
        {
            using JsonDocument document = JsonDocument.Parse(result.Output);
            JsonElement error = document.RootElement.GetProperty("error");
            string message = OneLine(error.GetProperty("message").GetString()!);
            return row with
            {
                Outcome = WildOutcome.Refused, Code = error.GetProperty("code").GetString()!, Message = message,
                MissingOperator = Missing().Match(message) is { Success: true } m ? m.Groups[1].Value + m.Groups[2].Value : "",
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return row with { Outcome = WildOutcome.Crashed, Message = $"exit code {result.ExitCode}: {lines.LastOrDefault()}" };
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    [GeneratedRegex(@"\(--dim ([^)]*=[^)]*)\)")]
    private static partial Regex AskedDims();

    [GeneratedRegex(@"node '[^']*': ([\w.]+) \(opset|Node '[^']*' \(([\w.]+)\)")]
    private static partial Regex Missing();
}
