using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Operators;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Execution;

/// <summary>
/// A program bound to a batch size: every operator bound to its shapes, everything that depends on constants and shapes
/// alone computed, and a place in the arena for every remaining value. Immutable.
/// </summary>
internal sealed class ExecutionPlan
{
    private ExecutionPlan(int units, ImmutableArray<PlannedStep> steps, ImmutableArray<PlannedValue> values, int arenaBytes) =>
        (Units, Steps, Values, ArenaBytes) = (units, steps, values, arenaBytes);

    /// <summary>The batch size the shapes are bound to.</summary>
    public int Units { get; }

    public ImmutableArray<PlannedStep> Steps { get; }

    /// <summary>By value index of the program.</summary>
    public ImmutableArray<PlannedValue> Values { get; }

    public int ArenaBytes { get; }

    /// <summary>Binds a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="units">The batch size.</param>
    /// <param name="keepAll">True: no buffer is reused, so that every value can be read after a run.</param>
    /// <exception cref="CimException">CIM4001: the program is inconsistent; CIM4006: so many samples at once cannot be run.</exception>
    public static ExecutionPlan Build(ModelProgram program, int units, bool keepAll = false)
    {
        try
        {
            return new Builder(program, units, keepAll).Build();
        }
        catch (OverflowException e)
        {
            throw TooLarge(units, "they need more than 2 GiB of memory", e);
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidGraph && units > 1)
        {
            throw TooLarge(units, e.Message, e); // it could be bound to one sample
        }
    }

    /// <summary>The error for a number of samples that is too much for one run.</summary>
    public static CimException TooLarge(int units, string why, Exception cause) =>
        new(ErrorCodes.RunTooLarge, $"{units} sample{(units == 1 ? "" : "s")} cannot be run at once: {why}. Run fewer at a time.", cause);

    private sealed class Builder(ModelProgram program, int units, bool keepAll)
    {
        private const long MaxFoldedBytes = 256L << 20;

        private readonly MemoryPlanner _memory = new();
        private readonly TensorInfo?[] _infos = new TensorInfo?[program.Values.Length];
        private readonly int[] _buffers = new int[program.Values.Length];
        private readonly List<PlannedStep> _steps = [];
        private readonly int[] _lastUse = new int[program.Values.Length]; // by program step
        private long _foldedBytes;

        public ExecutionPlan Build()
        {
            int end = program.Steps.Length;
            Array.Fill(_buffers, -1);
            for (int s = 0; s < end; s++)
                foreach (int input in program.Steps[s].Inputs)
                    if (input >= 0) _lastUse[input] = s;
            foreach (int output in program.Outputs) _lastUse[output] = end;
            for (int i = 0; i < _infos.Length; i++)
                if (program.Values[i].Constant is { } constant) _infos[i] = TensorInfo.Of(constant);
            foreach (int input in program.Inputs)
                Define(input, new TensorInfo(program.Values[input].Type, program.Values[input].Shape.Bind(units)), step: -1);
            for (int s = 0; s < end; s++)
            {
                if (program.Steps[s].Op == ProgramStep.CrossbarOp) AddCrossbar(program.Steps[s], s);
                else AddDigital(program.Steps[s], s);
            }

            var values = ImmutableArray.CreateBuilder<PlannedValue>(_infos.Length);
            foreach (int output in program.Outputs)
            {
                ProgramValue declared = program.Values[output];
                if (_infos[output] is not { } info) throw Broken($"output '{declared.Name}' is never computed");
                if (info.Type != declared.Type || info.Shape != declared.Shape.Bind(units))
                    throw Broken($"output '{declared.Name}' is {info.Type}{info.Shape} where {declared.Type}{declared.Shape} is declared");
            }

            _memory.Place();
            for (int i = 0; i < _infos.Length; i++)
                values.Add(new PlannedValue(_infos[i], _buffers[i] < 0 ? -1 : _memory.Offset(_buffers[i])));
            return new ExecutionPlan(units, [.. _steps], values.MoveToImmutable(), _memory.ArenaBytes);
        }

        private void AddCrossbar(ProgramStep step, int s)
        {
            long index = step.Attributes.Int("layer", -1);
            if (index < 0 || index >= program.Layers.Length) throw Broken($"step '{step.Name}' names layer {index}");
            CrossbarLayer layer = program.Layers[(int)index];
            TensorInfo input = Known(step, 0);
            long perImage = layer.InputsPerImage();
            long images = perImage == 0 ? 0 : input.Shape.Elements / perImage;
            if (images < 1 || images * perImage != input.Shape.Elements || images > int.MaxValue || input.Type != layer.Input.StorageType)
                throw Broken($"step '{step.Name}': an input of {input.Type}{input.Shape} does not fit layer '{layer.Name}'");
            ElementType type = layer.Epilogue.Output?.StorageType ?? ElementType.Float32;
            int output = step.Outputs.Length == 1 && step.Outputs[0] >= 0
                ? step.Outputs[0]
                : throw Broken($"step '{step.Name}' has no output");
            var info = new TensorInfo(type, program.Values[output].Shape.Bind(units));
            if (info.Shape.Elements != checked(images * layer.Outputs * layer.PositionsPerImage) || program.Values[output].Type != type
                || info.Shape.Elements * 4 > Operator.MaxTensorBytes)
                throw Broken($"step '{step.Name}': an output of {info.Type}{info.Shape} does not fit layer '{layer.Name}'");
            if (layer.Epilogue.AddsResidual)
            {
                TensorInfo residual = Known(step, 1);
                ElementType expected = layer.Epilogue.Residual?.StorageType ?? ElementType.Float32;
                if (residual.Type != expected || residual.Shape.Elements != info.Shape.Elements)
                    throw Broken($"step '{step.Name}': a residual of {residual.Type}{residual.Shape} does not fit layer '{layer.Name}'");
            }

            Define(output, info, s);
            UseInputs(step, s);
            int use = _steps.Count(s => s.Layer == (int)index);
            _steps.Add(new PlannedStep(step, null, (int)index, (int)images) { Use = use });
        }

        private void AddDigital(ProgramStep step, int s)
        {
            var inputs = new TensorInfo?[step.Inputs.Length];
            for (int i = 0; i < inputs.Length; i++) inputs[i] = step.Inputs[i] < 0 ? null : Known(step, i);
            Kernel kernel = OperatorCatalog.Create(step.Op, step.Attributes, step.Name).Bind(inputs);
            if (step.Outputs.Length > kernel.Outputs.Length)
                throw Broken($"step '{step.Name}' ({step.Op}) has {step.Outputs.Length} outputs, {kernel.Outputs.Length} are possible");
            if (kernel.FixedValue is not null || inputs.All(i => i is null || i.Constant is not null))
            {
                Fold(step, kernel, inputs);
                return;
            }

            bool aliased = false;
            for (int o = 0; o < step.Outputs.Length; o++)
            {
                int output = step.Outputs[o];
                if (output < 0) continue;
                TensorInfo info = kernel.Outputs[o];
                ProgramValue declared = program.Values[output];
                if (declared.Type != info.Type || declared.Shape.Bind(units) != info.Shape)
                    throw Broken(
                        $"step '{step.Name}' ({step.Op}) gives {info.Type}{info.Shape} where {declared.Type}{declared.Shape} is declared");
                int source = o == 0 && inputs.Length > 0 && inputs[0]?.Constant is null && step.Inputs[0] >= 0 ? step.Inputs[0] : -1;
                bool inPlace = source >= 0 && kernel.CanRunInPlace && !keepAll && _infos[source]!.Bytes == info.Bytes
                    && IsLastUse(source, s);
                if (source >= 0 && (kernel.IsView || inPlace))
                {
                    _infos[output] = info;
                    _buffers[output] = _buffers[source];
                    aliased = kernel.IsView && step.Outputs.Length == 1;
                }
                else
                {
                    Define(output, info, s);
                }

                _memory.Use(_buffers[output], _lastUse[output]);
            }

            UseInputs(step, s);
            if (!aliased) _steps.Add(new PlannedStep(step, kernel, -1, 0));
        }

        /// <summary>True if nothing that shares the value's buffer is read after this step.</summary>
        private bool IsLastUse(int value, int s)
        {
            for (int v = 0; v < _buffers.Length; v++)
                if (_buffers[v] == _buffers[value] && (_lastUse[v] > s || (v != value && _lastUse[v] == s))) return false;
            return true;
        }

        private void Fold(ProgramStep step, Kernel kernel, TensorInfo?[] inputs)
        {
            // Kept with the plan, and asked for by a few bytes of shape.
            foreach (TensorInfo info in kernel.Outputs) _foldedBytes += kernel.FixedValue is null ? info.Bytes : 0;
            if (_foldedBytes > MaxFoldedBytes)
                throw Broken($"the constants that step '{step.Name}' ({step.Op}) computes take more than {MaxFoldedBytes >> 20} MiB");
            Tensor[] results = kernel.FixedValue is { } value ? [value]
                : DigitalEvaluator.Evaluate(kernel, [.. inputs.Select(i => i?.Constant?.Data ?? default)]);
            for (int o = 0; o < step.Outputs.Length; o++)
                if (step.Outputs[o] >= 0) _infos[step.Outputs[o]] = TensorInfo.Of(results[o]);
        }

        private void Define(int value, TensorInfo info, int step)
        {
            _infos[value] = info;
            _buffers[value] = _memory.Add(info.Bytes, keepAll ? -1 : step);
            _memory.Use(_buffers[value], keepAll ? program.Steps.Length : Math.Max(step, _lastUse[value]));
        }

        private void UseInputs(ProgramStep step, int s)
        {
            foreach (int input in step.Inputs)
                if (input >= 0 && _buffers[input] >= 0) _memory.Use(_buffers[input], s);
        }

        private TensorInfo Known(ProgramStep step, int input) =>
            (input < step.Inputs.Length && step.Inputs[input] >= 0 ? _infos[step.Inputs[input]] : null)
            ?? throw Broken($"step '{step.Name}' ({step.Op}) reads input {input} before it is computed");

        private static CimException Broken(string what) =>
            new(ErrorCodes.InvalidCompiledModel, $"The compiled model is inconsistent: {what}. Compile it again.");
    }
}

/// <summary>One step that runs: a bound operator, or a crossbar layer applied to a number of images.</summary>
internal sealed record PlannedStep(ProgramStep Step, Kernel? Kernel, int Layer, int Images)
{
    /// <summary>How many steps before it use the same layer.</summary>
    public int Use { get; init; }
}

/// <summary>Where a value lies: in the arena at an offset, or (offset -1) nowhere, because it is a constant or never computed.</summary>
internal sealed record PlannedValue(TensorInfo? Info, int Offset);
