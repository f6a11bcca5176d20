using System.Globalization;

namespace Cim.Benchmarks;

/// <summary>Arguments of the network comparison.</summary>
internal sealed record Options
{
    public required string Model { get; init; }

    /// <summary>The float network for ONNX Runtime, or null.</summary>
    public string? FloatModel { get; init; }

    /// <summary>The quantized network that <c>cim compile --export-qdq</c> wrote, or null.</summary>
    public string? QuantizedModel { get; init; }

    public int[] Batches { get; init; } = [1, 32];

    public int[] Threads { get; init; } = [1, 2];

    public int Rounds { get; init; } = 7;

    public int Milliseconds { get; init; } = 100;

    /// <summary>Names of the contenders that run, all if empty.</summary>
    public string[] Contenders { get; init; } = [];

    /// <summary>Where the table goes: this with <c>.csv</c> and <c>.md</c>.</summary>
    public string? Output { get; init; }

    /// <summary>How this was started.</summary>
    public required string Command { get; init; }

    public static Options Parse(string[] args)
    {
        // Results are committed, and folders of a machine say nothing in them.
        IEnumerable<string> shown = args.Select(a => Path.IsPathRooted(a) ? Path.GetFileName(a) : a);
        var options = new Options
        {
            Model = args[1],
            Command = "dotnet run -c Release --project bench/Cim.Benchmarks -- " + string.Join(' ', shown),
        };
        for (int i = 2; i + 1 < args.Length; i += 2)
        {
            string value = args[i + 1];
            options = args[i] switch
            {
                "--float" => options with { FloatModel = value },
                "--int8" => options with { QuantizedModel = value },
                "--batch" => options with { Batches = Numbers(value) },
                "--threads" => options with { Threads = Numbers(value) },
                "--rounds" => options with { Rounds = Numbers(value)[0] },
                "--milliseconds" => options with { Milliseconds = Numbers(value)[0] },
                "--contenders" => options with { Contenders = value.Split(',') },
                "--output" => options with { Output = value },
                _ => throw new ArgumentException($"Unknown option '{args[i]}'."),
            };
        }
        return options;
    }

    private static int[] Numbers(string text) => [.. text.Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
}
