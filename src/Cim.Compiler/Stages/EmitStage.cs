using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Locking;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards there is a compiled model, with measured converter ranges; it is the locked one, where a result is locked.</summary>
internal sealed class EmitStage : ICompileStage
{
    public string Name => "Emit";

    public CompileState Run(CompileState state, CompileContext context)
    {
        MappedNetwork mapped = state.Mapped!;
        (ModelProgram program, ImmutableDictionary<string, double> saturation, AnalogObservation? observed) = AdcMeasurement.Measure(
            mapped.Lowered.Program, context.Hardware, state.Input, state.Calibration, context.Steps, context.Cancellation);
        UnusedMemory.Collect();
        var result = LockResult.Of(program, SdkVersion.Current, null);
        RequireLocked(result, state, context);
        // Who uses the class without a fidelity of its own still wants figures of the hardware, where it differs from integers.
        bool isLossy = ConverterLoss.IsLossy(program, context.Hardware);
        Fidelity fidelity = context.Options.Fidelity ?? (isLossy ? Fidelity.Adc : Fidelity.Exact);
        var model = new CompiledModel(ModelDescription.Of(state, context, mapped.Cost, mapped.Baseline), context.Hardware, program);
        return state with
        {
            Emitted = new EmittedModel(model, saturation, isLossy, fidelity, result)
            {
                Conversions = context.Options.ReportDirectory is null || observed is null
                    ? ImmutableDictionary<string, ImmutableArray<long>>.Empty : observed.Conversions(program, context.Hardware),
            },
        };
    }

    /// <summary>Refuses a result that is not the locked one, with what differs; where the lock may be renewed, that is a warning.</summary>
    private static void RequireLocked(LockResult emitted, CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        if (state.Lock?.Result is not { } locked || locked.DifferenceFrom(emitted) is not { } difference) return;
        MessageText why = locked.SdkVersion != emitted.SdkVersion
            ? $"it was made by Cim.Sdk {locked.SdkVersion}, this is {emitted.SdkVersion}"
            : locked.Network is not null ? "this build of Cim.Sdk emits the locked network in another way"
            : HashAlone(options);
        MessageText what = $"The result is not the one in the lock file: {difference} differ. Most likely {why}.";
        if (!options.RefreshLock)
        {
            MessageText anywhere = "";
            if (locked.Network is null)
                anywhere = $"; a larger {OptionTable.LockLimit.Named()} puts the network into the lock file, which then pins "
                    + $"the same result on any processor";
            throw OptionError.Of(ErrorCodes.LockResultDiffers,
                $"{what} Delete 'result' from the lock file to pin what is emitted now with the same precisions, or compile with "
                    + $"{OptionTable.ForceEvaluate.Named()} to choose all anew{anywhere}.", options.LockPath);
        }

        state.Lock.Renews = true;
        context.Warn(
            ErrorCodes.LockResultDiffers, $"{what} The lock file {options.LockPath} is written anew. Commit it; in CI this is an error.");
    }

    private static MessageText HashAlone(CompileOptions options) =>
        $"it holds the hash alone, because the network takes more than {OptionTable.LockLimit.Named()} "
            + $"({options.LockLimit} MB), and the last bits of this processor's sums round weights differently from the one it was made on";
}
