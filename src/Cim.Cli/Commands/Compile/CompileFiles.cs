using Cim.Cli.Invocation;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Search.Persistence;
using Cim.Training.Loop;

namespace Cim.Cli.Commands.Compile;

/// <summary>The files of a compilation, so that none is destroyed.</summary>
internal static class CompileFiles
{
    /// <exception cref="CimException">CIM0010: a checkpoint or a trial log would replace a file that is none.</exception>
    public static CommandFiles Of(CompileOptions options)
    {
        if (options.TrainingCheckpoint is { Length: > 0 } checkpoint && !CheckpointFile.CanStandAt(checkpoint))
            throw OptionError.Usage(
                $"{OptionTable.TrainingCheckpoint.Named()} names a file that is no checkpoint; name another, or delete it.", checkpoint);
        CommandFiles files = new CommandFiles()
            .ReadsModel(options.ModelPath)
            .ReadsProfile(OptionTable.Hardware, options.Hardware)
            .ReadsData(OptionTable.Calibration, options.Calibration)
            .ReadsData(OptionTable.Evaluation, options.Evaluation)
            .ReadsData(OptionTable.Training, options.Training)
            .ReadsData(OptionTable.Validation, options.Validation)
            .Reads(OptionTable.Policy, options.PolicyPath)
            .Reads(OptionTable.Labels, options.Labels)
            .Writes(OptionTable.Output, options.OutputPath)
            .Writes(OptionTable.ExportQdq, options.ExportQdqPath)
            .WritesInto(OptionTable.Report, options.ReportDirectory, ReportWriter.JsonFileName, ReportWriter.HtmlFileName)
            .Updates(OptionTable.Lock, options.LockPath)
            .Writes(OptionTable.PolicyOutput, options.PolicyOutputPath)
            .Writes(OptionTable.TrainingCheckpoint, options.TrainingCheckpoint);
        string? log = options.TrialLogPath
            ?? (options.OutputPath is { Length: > 0 } output && options.Search != "uniform" ? output + ".trials.json" : null);
        if (log is { Length: > 0 } && !TrialFile.CanStandAt(log))
            throw OptionError.Usage(
                $"{OptionTable.TrialLog.Named()} names a file that is no trial log; name another, or delete it.", log);
        return files.Writes(OptionTable.TrialLog, log);
    }
}
