using System.CommandLine;
using Cim.Bench.Common.Tool;
using Cim.Bench.Common.Results;

namespace Cim.Bench.Common;

/// <summary>What every measurement is handed: folders, the <c>cim</c> it measures, and the command its results name.</summary>
internal sealed record BenchRun
{
    public required string Topic { get; init; }

    public required Repository Repository { get; init; }

    /// <summary>Where results are written.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>The command with every option, as the results name it.</summary>
    public required string Command { get; init; }

    /// <summary>The compiler as a process.</summary>
    public required CimTool Cim { get; init; }

    /// <summary>Where the topic stores what it can make again.</summary>
    public string Artifacts => Repository.Artifacts(Topic);

    /// <summary>Measurements of earlier runs.</summary>
    public MeasurementStore Store() => new(Artifacts, Cim.Build);

    /// <summary>Reads the options that all topics have.</summary>
    public static BenchRun Of(ParseResult parsed, string topic, string? output)
    {
        Repository repository = Repository.Find();
        return new BenchRun
        {
            Topic = topic,
            Repository = repository,
            OutputFolder = Directory.CreateDirectory(output is null ? repository.Results(topic) : Path.GetFullPath(output)).FullName,
            Command = CommandText.Of(parsed),
            Cim = new CimTool(repository, parsed.GetValue(CimOption.Instance)),
        };
    }

    /// <summary>A table that is printed only.</summary>
    public ResultReport Printed() => new(null, Command);

    /// <summary>A result that is printed and written line by line.</summary>
    /// <param name="name">The file's name without its ending.</param>
    public ResultReport Report(string name) => new(Path.Combine(OutputFolder, name + ".md"), Command);

    /// <summary>A line about progress, for the person who waits.</summary>
    public static void Progress(string line) => Console.Error.WriteLine(line);
}
