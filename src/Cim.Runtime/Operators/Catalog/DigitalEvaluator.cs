using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Catalog;

/// <summary>Evaluates one digital operator on constants: what constant folding and the conformance cases need.</summary>
internal static class DigitalEvaluator
{
    /// <summary>Computes all outputs the operator can give; null inputs are omitted ones.</summary>
    /// <exception cref="CimException">CIM0003: the operator is not supported; CIM0004: the inputs do not fit it.</exception>
    public static Tensor[] Evaluate(string op, AttributeMap attributes, ReadOnlySpan<Tensor?> inputs, string? nodeName = null)
    {
        var infos = new TensorInfo?[inputs.Length];
        var data = new ReadOnlyMemory<byte>[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is not { } tensor) continue;
            infos[i] = TensorInfo.Of(tensor);
            data[i] = tensor.Data;
        }

        Kernel kernel = OperatorCatalog.Create(op, attributes, nodeName).Bind(infos);
        return Evaluate(kernel, data);
    }

    /// <summary>Runs a bound kernel on buffers of its own.</summary>
    public static Tensor[] Evaluate(Kernel kernel, ReadOnlySpan<ReadOnlyMemory<byte>> inputs)
    {
        var buffers = new Memory<byte>[kernel.Outputs.Length];
        for (int i = 0; i < buffers.Length; i++) buffers[i] = new byte[kernel.Outputs[i].Bytes];
        kernel.Run(new KernelCall(inputs, buffers, new byte[kernel.WorkspaceBytes]));
        var results = new Tensor[buffers.Length];
        for (int i = 0; i < results.Length; i++)
            results[i] = new Tensor(kernel.Outputs[i].Type, kernel.Outputs[i].Shape, buffers[i]);
        return results;
    }
}
