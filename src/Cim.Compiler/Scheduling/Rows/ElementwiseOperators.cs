namespace Cim.Compiler.Scheduling.Rows;

/// <summary>Operators that compute an element from those at the same position of their inputs, and those that compute nothing.</summary>
internal static class ElementwiseOperators
{
    private static readonly HashSet<string> _names = new(StringComparer.Ordinal)
    {
        "Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "BitShift", "BitwiseAnd",
        "BitwiseNot", "BitwiseOr", "BitwiseXor", "Cast", "Ceil", "Celu", "Clip", "Cos", "Cosh", "DequantizeLinear", "Div", "Dropout",
        "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity", "IsInf",
        "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "PRelu",
        "Pow", "QuantizeLinear", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign",
        "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Where", "Xor",
    };

    private static readonly HashSet<string> _views = new(StringComparer.Ordinal)
    {
        "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze",
    };

    /// <summary>True if rows of the output need the same rows of the inputs.</summary>
    public static bool Contains(string op) => _names.Contains(op);

    /// <summary>True if the operator only names elements anew.</summary>
    public static bool IsView(string op) => _views.Contains(op);
}
