using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>The one-operand elementwise operators by their ONNX names.</summary>
internal static class UnaryCatalog
{
    /// <summary>The operator, or null if the name is not one of these.</summary>
    public static Operator? Create(string op, AttributeMap a, string label)
    {
        return op switch
        {
            "Relu" => new NumberOperator(NumberKind.Relu, Vector(default(Relu))) { Label = label },
            "Neg" => new NumberOperator(NumberKind.Neg, Vector(default(Negate))) { Label = label },
            "Abs" => new NumberOperator(NumberKind.Abs, Vector(default(Absolute))) { Label = label },
            "Sign" => new NumberOperator(NumberKind.Sign, Scalar(ScalarFunctions.Sign)) { Label = label },
            "Floor" => new NumberOperator(NumberKind.Identity, Vector(default(RoundDown))) { Label = label },
            "Ceil" => new NumberOperator(NumberKind.Identity, Vector(default(RoundUp))) { Label = label },
            "Round" => new NumberOperator(NumberKind.Identity, Scalar(ScalarFunctions.RoundHalfEven)) { Label = label },
            "LeakyRelu" => Vector(new LeakyRelu(a.Float("alpha", 0.01f))),
            "ThresholdedRelu" => Vector(new ThresholdedRelu(a.Float("alpha", 1))),
            "HardSigmoid" => Vector(new HardSigmoid(a.Float("alpha", 0.2f), a.Float("beta", 0.5f))),
            "HardSwish" => Vector(default(HardSwish)),
            "Sqrt" => Vector(default(SquareRoot)),
            "Reciprocal" => Vector(default(Reciprocal)),
            "Softsign" => Vector(default(Softsign)),
            "Sigmoid" => Smooth(default(Sigmoid)),
            "Tanh" => Smooth(default(HyperbolicTangent)),
            "Erf" => Smooth(default(ErrorFunction)),
            "Exp" => Smooth(default(Exponential)),
            "Log" => Scalar(static x => (float)Math.Log(x)),
            "Gelu" => a.String("approximate", "none") switch
            {
                "none" => Smooth(default(Gelu)),
                "tanh" => Smooth(default(GeluTanh)),
                string name => throw new CimException(ErrorCodes.InvalidGraph, $"{label}: approximate '{name}' is unknown (none, tanh)."),
            },
            "Softplus" => Scalar(ScalarFunctions.Softplus),
            "Mish" => Scalar(ScalarFunctions.Mish),
            "Elu" => Smooth(new ExponentialUnit(1, a.Float("alpha", 1), 1)),
            "Celu" => Smooth(new ExponentialUnit(1, a.Float("alpha", 1), a.Float("alpha", 1))),
            "Selu" =>
                Smooth(new ExponentialUnit(a.Float("gamma", ScalarFunctions.SeluGamma), a.Float("alpha", ScalarFunctions.SeluAlpha), 1)),
            "Sin" => Scalar(static x => (float)Math.Sin(x)),
            "Cos" => Scalar(static x => (float)Math.Cos(x)),
            "Tan" => Scalar(static x => (float)Math.Tan(x)),
            "Asin" => Scalar(static x => (float)Math.Asin(x)),
            "Acos" => Scalar(static x => (float)Math.Acos(x)),
            "Atan" => Scalar(static x => (float)Math.Atan(x)),
            "Sinh" => Scalar(static x => (float)Math.Sinh(x)),
            "Cosh" => Scalar(static x => (float)Math.Cosh(x)),
            "Asinh" => Scalar(static x => (float)Math.Asinh(x)),
            "Acosh" => Scalar(static x => (float)Math.Acosh(x)),
            "Atanh" => Scalar(static x => (float)Math.Atanh(x)),
            _ => null,
        };

        Operator Vector<TF>(TF function) where TF : struct, IUnaryFunction => new UnaryOperator<TF>(function) { Label = label };
        Operator Smooth<TF>(TF function) where TF : struct, ISmoothFunction => new SmoothOperator<TF>(function) { Label = label };
        Operator Scalar(Func<float, float> function) => new ScalarOperator(function) { Label = label };
    }
}
