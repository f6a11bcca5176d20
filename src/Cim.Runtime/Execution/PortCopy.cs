using System.Globalization;
using System.Runtime.InteropServices;
using Cim.Runtime.Operators;
using Cim.Runtime.Program;

namespace Cim.Runtime.Execution;

/// <summary>Copies samples between a job's buffers and the memory of a plan, and names the value that cannot be used.</summary>
internal sealed class PortCopy
{
    private readonly Executor _executor;
    private readonly ModelProgram _program;
    private readonly ModelInfo _info;
    private readonly RawPreprocessing?[] _raw; // made by the first run with bytes

    public PortCopy(Executor executor, ModelProgram program, ModelInfo info)
    {
        (_executor, _program, _info) = (executor, program, info);
        _raw = new RawPreprocessing?[program.Inputs.Length];
    }

    /// <summary>Makes sure that bytes can be preprocessed, before a run begins.</summary>
    /// <exception cref="CimException">CIM4002: the preprocessing does not fit the input.</exception>
    public void Prepare(RunJob job)
    {
        for (int i = 0; i < _raw.Length; i++)
            if (job.InputTypes[i] == HostType.Raw && Volatile.Read(ref _raw[i]) is null)
                Volatile.Write(ref _raw[i], new RawPreprocessing(_info.Preprocessing, _info.Inputs[i]));
    }

    /// <summary>Copies samples into the memory of a plan.</summary>
    /// <exception cref="CimException">CIM4004: a value is no finite number.</exception>
    public void In(RunJob job, PlanContext context, int first, int units)
    {
        for (int i = 0; i < job.Inputs.Length; i++)
        {
            int value = _program.Inputs[i];
            ElementType type = _program.Values[value].Type;
            Span<byte> target = context.Value(value).Span;
            int length = checked((int)_executor.InputLength(i, units));
            int bad = job.InputTypes[i] switch
            {
                HostType.Float => HostCopy.ToModel(Source<float>(job, i, first, length), target, type),
                HostType.Own => HostCopy.Same(Source<byte>(job, i, first, checked(length * type.SizeOf()), type.SizeOf()), target, type),
                _ => _raw[i]!.Apply(Source<byte>(job, i, first, length), MemoryMarshal.Cast<byte, float>(target)),
            };
            if (bad >= 0)
                throw NonFinite(i, ((long)first * _executor.InputLengths[i]) + bad,
                    job.InputTypes[i] == HostType.Raw ? MemoryMarshal.Cast<byte, float>(target)[bad]
                    : Source<float>(job, i, first, length)[bad]);
        }
    }

    /// <summary>Copies results out of the memory of a plan.</summary>
    /// <exception cref="CimException">CIM4007: an integer is none that the caller's floats can hold.</exception>
    public unsafe void Out(RunJob job, PlanContext context, int first, int units)
    {
        for (int i = 0; i < job.Outputs.Length; i++)
        {
            int value = _program.Outputs[i];
            TensorInfo info = context.Plan.Values[value].Info!;
            ReadOnlySpan<byte> source = info.Constant is { } constant ? constant.Data.Span : context.Value(value).Span;
            int length = checked((int)_executor.OutputLength(i, units));
            long begin = (long)first * _executor.OutputLengths[i];
            if (job.OutputTypes[i] == HostType.Own)
            {
                int size = info.Type.SizeOf();
                source.CopyTo(new Span<byte>((byte*)job.Outputs[i] + (begin * size), checked(length * size)));
                continue;
            }

            int inexact = HostCopy.ToHost(source, new Span<float>((float*)job.Outputs[i] + begin, length), info.Type);
            if (inexact < 0) continue;
            throw new CimException(ErrorCodes.InexactOutput,
                $"Output '{_program.Values[value].Name}' is an integer in sample {(begin + inexact) / _executor.OutputLengths[i]}, element "
                    + $"{(begin + inexact) % _executor.OutputLengths[i]} that a float cannot hold exactly (beyond 2^24). Let the network "
                    + $"give smaller ones, or take the output as integers.");
        }
    }

    /// <summary>The error for the first sample of a batch that has a value that is no finite number; null if there is none.</summary>
    public CimException? NonFinite(RunJob job, int units)
    {
        (long Sample, int Input, int Index) first = (long.MaxValue, -1, -1);
        for (int i = 0; i < job.Inputs.Length; i++)
        {
            if (!HasFloats(job, i)) continue;
            int index = HostCopy.FirstNonFinite(All(job, i, units));
            int length = _executor.InputLengths[i];
            if (index >= 0 && index / length < first.Sample) first = (index / length, i, index);
        }

        return first.Input < 0 ? null : NonFinite(first.Input, first.Index, All(job, first.Input, units)[first.Index]);
    }

    private bool HasFloats(RunJob job, int input) => job.InputTypes[input] == HostType.Float
        || (job.InputTypes[input] == HostType.Own && _program.Values[_program.Inputs[input]].Type == ElementType.Float32);

    private ReadOnlySpan<float> All(RunJob job, int input, int units) =>
        Source<float>(job, input, 0, checked((int)_executor.InputLength(input, units)));

    /// <summary>Numbers of the caller's memory, from a sample on.</summary>
    private unsafe ReadOnlySpan<T> Source<T>(RunJob job, int input, int first, int length, int step = 1) where T : unmanaged =>
        new((T*)job.Inputs[input] + ((long)first * _executor.InputLengths[input] * step), length);

    private CimException NonFinite(int input, long index, float value)
    {
        int length = _executor.InputLengths[input];
        return new CimException(ErrorCodes.NonFiniteInput, string.Create(CultureInfo.InvariantCulture,
            $"Input '{_program.Values[_program.Inputs[input]].Name}' has the value {value} in sample {index / length}, element "
                + $"{index % length}; every value must be a finite number. Nothing of the batch can be used."));
    }
}
