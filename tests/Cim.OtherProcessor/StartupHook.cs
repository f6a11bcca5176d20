using System.Globalization;
using System.Reflection;
using Cim.OtherProcessor;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

/// <summary>
/// Run by .NET before the program's Main, see <c>DOTNET_STARTUP_HOOKS</c>. Puts <see cref="LastBits"/> behind the one function through
/// which ONNX Runtime computes, so that the program under test is the one that ships and knows nothing of it.
/// </summary>
internal static class StartupHook
{
    /// <summary>Which processor: any other number gives other last bits.</summary>
    private const string Variable = "CIM_TEST_PROCESSOR";

    private delegate IntPtr Run(
        IntPtr session, IntPtr options, IntPtr[] inputNames, IntPtr[] inputs, UIntPtr inputCount, IntPtr[] outputNames, UIntPtr outputCount,
        IntPtr[] outputs);

    /// <summary>The name and the signature are those that .NET looks for.</summary>
    public static void Initialize()
    {
        ulong seed = ulong.Parse(
            Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException($"{Variable} is not set"),
            NumberStyles.None, CultureInfo.InvariantCulture);
        FieldInfo run = typeof(InferenceSession).Assembly.GetType("Microsoft.ML.OnnxRuntime.NativeMethods", throwOnError: true)!
            .GetField("OrtRun") ?? throw new MissingFieldException("NativeMethods", "OrtRun");
        var original = (Delegate)run.GetValue(null)!;
        var compute = (Run)Delegate.CreateDelegate(typeof(Run), original, original.GetType().GetMethod("Invoke")!);
        Run moved = (session, options, inputNames, inputs, inputCount, outputNames, outputCount, outputs) =>
        {
            IntPtr status = compute(session, options, inputNames, inputs, inputCount, outputNames, outputCount, outputs);
            if (status == IntPtr.Zero)
            {
                foreach (IntPtr output in outputs) Move(output, seed);
            }

            return status;
        };
        run.SetValue(null, Delegate.CreateDelegate(run.FieldType, moved, typeof(Run).GetMethod("Invoke")!));
    }

    private static void Move(IntPtr output, ulong seed)
    {
        using var value = (OrtValue)Activator.CreateInstance(
            typeof(OrtValue), BindingFlags.Instance | BindingFlags.NonPublic, null, [output, /* owned: */ false], null)!;
        if (!value.IsTensor) return;
        TensorElementType type = value.GetTensorTypeAndShape().ElementDataType;
        if (type == TensorElementType.Float) LastBits.Move(value.GetTensorMutableDataAsSpan<float>(), seed);
        else if (type == TensorElementType.Double) LastBits.Move(value.GetTensorMutableDataAsSpan<double>(), seed);
    }
}
