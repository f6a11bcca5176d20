using System.Runtime.Intrinsics;
using Cim.Runtime.Operators.Elementwise;

namespace Cim.Runtime.Operators.Normalization;

/// <summary>x * factor + offset, with two roundings.</summary>
internal readonly struct Affine(float factor, float offset) : IUnaryFunction
{
    public float Invoke(float x) => (x * factor) + offset;

    public Vector256<float> Invoke(Vector256<float> x) => (x * Vector256.Create(factor)) + Vector256.Create(offset);
}
