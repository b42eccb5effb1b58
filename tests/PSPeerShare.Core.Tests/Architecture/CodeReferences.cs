using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>
/// What compiled code really uses: signatures, fields, attributes' owners and every member that a method body names.
/// A name that resolves without a <c>using</c>, as those of the enclosing namespace do, is seen here too.
/// </summary>
internal static class CodeReferences
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly FrozenDictionary<short, OpCode> OpCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => code.Value);

    /// <summary>The members and types that a type's declaration and its methods' bodies use.</summary>
    public static IEnumerable<MemberInfo> Of(Type type)
    {
        IEnumerable<MemberInfo> declared =
        [
            .. Parts(type.BaseType),
            .. type.GetInterfaces().SelectMany(Parts),
            .. type.GetFields(Declared).SelectMany(field => Parts(field.FieldType)),
        ];
        MethodBase[] methods = [.. type.GetMethods(Declared), .. type.GetConstructors(Declared)];
        return declared.Concat(methods.SelectMany(OfMethod)).Distinct();
    }

    /// <summary>The type itself and those it is made of: generic arguments and elements.</summary>
    public static IEnumerable<Type> Parts(Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return [];
        }

        return type.HasElementType
            ? Parts(type.GetElementType())
            : type.GetGenericArguments().SelectMany(Parts).Prepend(type);
    }

    private static IEnumerable<MemberInfo> OfMethod(MethodBase method)
    {
        IEnumerable<MemberInfo> signature = method.GetParameters().SelectMany(parameter => Parts(parameter.ParameterType));
        if (method is MethodInfo { ReturnType: { } result })
        {
            signature = signature.Concat(Parts(result));
        }

        return method.GetMethodBody() is { } body
            ? signature.Concat(body.LocalVariables.SelectMany(local => Parts(local.LocalType))).Concat(OfBody(method, body))
            : signature;
    }

    private static IEnumerable<MemberInfo> OfBody(MethodBase method, MethodBody body)
    {
        byte[] code = body.GetILAsByteArray() ?? [];
        Type[]? typeArguments = method.DeclaringType is { IsGenericType: true } owner ? owner.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
            {
                value = unchecked((short)(0xFE00 | code[at++]));
            }

            OperandType operand = OpCodes[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                MemberInfo? member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments);
                if (member is not null)
                {
                    yield return member;
                    foreach (Type part in Parts(member as Type ?? member.DeclaringType))
                    {
                        yield return part;
                    }
                }
            }

            at += operand == OperandType.InlineSwitch ? 4 + (4 * BitConverter.ToInt32(code, at)) : Size(operand);
        }
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
