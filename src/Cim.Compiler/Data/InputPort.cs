using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Execution;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Data;

/// <summary>One input of a network as data feeds it.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Type">What the network reads. Data is held as floats; integers are rounded when they are handed over.</param>
/// <param name="SampleDims">The shape of one sample: the input's without its leading batch dimension.</param>
/// <param name="HasBatchAxis">False if all of the input is one sample: it has no batch dimension, or another than the first.</param>
internal sealed record InputPort(string Name, ElementType Type, ImmutableArray<int> SampleDims, bool HasBatchAxis)
{
    /// <summary>Numbers in one sample.</summary>
    public int Elements => SampleDims.Aggregate(1, (a, b) => checked(a * b));

    /// <summary>The dimensions of a run's input.</summary>
    public int[] Dims(int samples) => HasBatchAxis ? [samples, .. SampleDims] : [.. SampleDims];

    /// <summary>Samples in the network's own type.</summary>
    public Tensor Tensor(ReadOnlySpan<float> values, int samples)
    {
        var shape = new Shape(Dims(samples));
        if (Type == ElementType.Float32) return Cim.Runtime.Tensors.Tensor.Create(shape, values);
        byte[] data = new byte[values.Length * Type.SizeOf()];
        HostCopy.ToModel(values, data, Type);
        return new Tensor(Type, shape, data);
    }
}
