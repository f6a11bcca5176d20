using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Search.Persistence;
using Cim.Runtime;
using Cim.Training.Loop;

namespace Cim.Cli.Commands;

/// <summary>The files of a compilation, so that none is destroyed.</summary>
internal static class CompileFiles
{
    public static CommandFiles Of(CompileOptions options)
    {
        if (options.TrainingCheckpoint is { Length: > 0 } checkpoint && !CheckpointFile.CanStandAt(checkpoint))
            throw new CimException(ErrorCodes.WrongUsage,
                "--training-checkpoint names a file that is no checkpoint; name another, or delete it.") { File = checkpoint };
        CommandFiles files = new CommandFiles()
            .ReadsModel(options.ModelPath)
            .ReadsProfile("--hardware", options.Hardware)
            .ReadsData("--calibration", options.Calibration)
            .ReadsData("--evaluation", options.Evaluation)
            .ReadsData("--training", options.Training)
            .ReadsData("--validation", options.Validation)
            .Reads("--policy", options.PolicyPath)
            .Reads("--labels", options.Labels)
            .Writes("--output", options.OutputPath)
            .Writes("--export-qdq", options.ExportQdqPath)
            .WritesInto("--report", options.ReportDirectory, ReportWriter.JsonFileName, ReportWriter.HtmlFileName)
            .Updates("--lock", options.LockPath)
            .Writes("--policy-output", options.PolicyOutputPath)
            .Writes("--training-checkpoint", options.TrainingCheckpoint);
        string? log = options.TrialLogPath
            ?? (options.OutputPath is { Length: > 0 } output && options.Search != "uniform" ? output + ".trials.json" : null);
        if (log is { Length: > 0 } && !TrialFile.CanStandAt(log))
            throw new CimException(ErrorCodes.WrongUsage, "--trial-log names a file that is no trial log; name another, or delete it.")
            {
                File = log,
            };
        return files.Writes("--trial-log", log);
    }
}
