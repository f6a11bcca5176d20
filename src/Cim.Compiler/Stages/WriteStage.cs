using System.Globalization;
using Cim.Compiler.Export;
using Cim.Compiler.Locking;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Stages.Reports;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Format;
using Cim.Training.Loop;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards every file is written, each complete or not at all.</summary>
internal sealed class WriteStage : ICompileStage
{
    public string Name => "Write";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        // What the budget warned of belongs to the report.
        state = state with { Report = state.Report! with { Diagnostics = ReportBuilder.Diagnostics(context.Warnings) } };
        byte[] bytes = ModelWriter.ToBytes(state.Emitted!.Model);
        if (options.ExportQdqPath is { } qdq) QdqModel.Save(state.Quantized.Quantized, qdq);
        if (options.ReportDirectory is { } directory) ReportWriter.Write(state.Report, directory);
        if (options.LockPath is { } lockPath && !options.Locked) WriteLock(lockPath, state, context);
        // Last: whoever sees it finds everything else there too.
        if (options.OutputPath is { } output) AtomicFile.Write(output, stream => stream.Write(bytes));
        if (options.TrainingCheckpoint is { } checkpoint) CheckpointFile.Delete(checkpoint);
        return state;
    }

    private static void WriteLock(string path, CompileState state, CompileContext context)
    {
        // What is locked stays as it is; only what is missing is added.
        (CompileLock opened, LockResult result) = (state.Lock!, state.Emitted!.Result);
        LockResult? locked = opened.Renews ? null : opened.Result;
        LockResult complete = (locked ?? result) with
        {
            Float = locked?.Float ?? result.Float,
            Network = locked?.Network ?? Pinned(state, context),
        };
        try
        {
            opened.Write(path, state.Precisions, complete, context.LockedWarnings);
        }
        catch (CimException e) when (e.Code == ErrorCodes.FileNotWritable && opened.Policy is not null && !opened.Renews)
        {
            // Its precisions are those that were compiled: only the result is missing, and a checkout may be read-only.
            context.Warn(
                ErrorCodes.LockWithoutResult, $"{LockTexts.NoResult(context.Options)} It cannot be written here ({e.Message}).");
        }
    }

    /// <summary>The network as a lock file holds it; null if it is too large for one.</summary>
    private static PinnedNetwork? Pinned(CompileState state, CompileContext context)
    {
        double limit = context.Options.LockLimit;
        if (!(limit > 0)) return null;
        RoundedNetwork network = state.Quantized;
        var pinned = PinnedNetwork.Of(
            network.Quantized, network.Float, network.Method, state.Imported!, state.Precisions, (long)(limit * 1e6));
        if (pinned is null)
            context.Report(string.Create(CultureInfo.InvariantCulture,
                $"the lock file holds the hash of the result alone: the network takes more than {OptionTable.LockLimit.Flag} "
                    + $"({limit} MB), compressed"));
        return pinned;
    }
}
